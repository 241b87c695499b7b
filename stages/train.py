"""Trains the network of one fold: python -m stages.train FOLD."""

import sys

from podium.contracts import competition, folds, images, manifest, model, network, pseudo, selection
from podium.features.params import FeatureParams
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Folds, Seed, Threads, folds_to_run
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.training.params import TrainParams
from podium.training.record import skipped


def main() -> None:
    """Reads the fold's rows, trains, writes models/fold<k>/."""
    fold = int(sys.argv[1])
    present = folds.present(folds.FOLDS.read(folds.PATH))
    if fold not in folds_to_run(load(Folds).folds, present):
        reason = f"the split has folds {', '.join(map(str, present))} alone"
        print(skipped.write(fold, reason, model.folder(fold)))
        return
    chosen = selection.read()
    if chosen.train:
        train(fold, chosen)
    else:
        print(skipped.write(fold, chosen.why, model.folder(fold)))


def train(fold: int, chosen: selection.Selection) -> None:
    """Trains a fold that this run wants, or takes over what its trial trained."""
    with loading():  # torch and Lightning: seconds that a skipped fold is spared
        from podium.training.feed.rows import Tables
        from podium.training.prepared import prepare
        from podium.training.record import finished
        from podium.training.settings.choices import Request
    found, wanted = competition.read(), load(NetworkParams)
    if wanted.freeze == "auto":
        wanted = wanted.model_copy(update={"freeze": chosen.freeze})
    request = Request(
        fold=fold,
        folds=tuple(load(Folds).folds),
        seed=load(Seed).seed,
        threads=load(Threads).threads,
        classes=found.classes,
        image=load(ImageParams).model_copy(update={"size": chosen.size, "resize": chosen.resize}),
        network=wanted,
        train=load(TrainParams),
        features=load(FeatureParams),
        task=found.task, answers=tuple(found.answers), choice=network.read_for(wanted.model),
    )  # fmt: skip
    taught = pseudo.table(len(found.classes), found.task).read(pseudo.PATH)
    tables = Tables(manifest.MANIFEST.read(manifest.PATH), taught, images.IMAGES.read(images.PATH))
    print(finished.deliver(prepare(request, tables)))


if __name__ == "__main__":
    run(main)
