"""Trains the network of one fold: python -m stages.train FOLD."""

import sys

from podium.contracts import competition, folds, images, manifest, model, pseudo
from podium.features.params import FeatureParams
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Folds, Profile, Seed, Threads, folds_to_run
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.training.params import TrainParams
from podium.training.record import skipped


def main() -> None:
    """Reads the fold's rows, trains, writes models/fold<k>/."""
    fold = int(sys.argv[1])
    present = folds.present(folds.FOLDS.read(folds.PATH))
    if fold not in folds_to_run(load(Folds).folds, present, load(Profile).profile):
        print(skipped.write(fold, present, model.folder(fold)))
        return
    train(fold)


def train(fold: int) -> None:
    """Trains a fold that this run wants."""
    with loading():  # torch and Lightning: seconds that a skipped fold is spared
        from podium.training import fold as training
        from podium.training.feed.rows import Tables
        from podium.training.loop import engine, resume
        from podium.training.prepared import prepare
        from podium.training.record import outputs
        from podium.training.settings.choices import Request

    found = competition.read()
    request = Request(
        fold=fold,
        folds=tuple(load(Folds).folds),
        seed=load(Seed).seed,
        threads=load(Threads).threads,
        classes=found.classes,
        image=load(ImageParams),
        network=load(NetworkParams),
        train=load(TrainParams),
        features=load(FeatureParams),
        quick=load(Profile).profile == "quick",
        task=found.task, answers=tuple(found.answers),
    )  # fmt: skip
    taught = pseudo.table(len(found.classes), found.task).read(pseudo.PATH)
    tables = Tables(manifest.MANIFEST.read(manifest.PATH), taught, images.IMAGES.read(images.PATH))
    result = training.train(prepare(request, tables))
    if engine.first():  # one of several processes writes
        outputs.write(result.network, result.card, result.history, result.picture, model.folder(fold))
        resume.clean(result.key)
        print(outputs.sentence(result.card, result.history))


if __name__ == "__main__":
    run(main)
