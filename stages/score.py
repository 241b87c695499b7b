"""make score DIR=folder: scores the trained models on a labelled folder; the folds vote softly."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from podium.competition.params import CompetitionParams
from podium.contracts import competition, facts, predictions, reading
from podium.features.params import FeatureParams
from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.foundation.params import load
from podium.foundation.run import Threads
from podium.images.channels import Meaning
from podium.images.params import ImageParams
from podium.labelled import folder, scores
from podium.tasks.limits import only_classes
from podium.tta.params import TtaParams


def main() -> None:
    where = " ".join(sys.argv[1:])
    if not where:
        raise UserError("give the labelled folder: make score DIR=path/to/labelled.")
    found, limits = competition.read(), load(CompetitionParams).limits
    only_classes(found.kind, "make score with a folder of classes", "compare reports/metrics.json")
    params, budget, threads = load(TtaParams), load(FeatureParams).budget_gb, load(Threads).threads
    told = facts.read(facts.Predicted, predictions.FOLDER)
    views = told.views if told is not None else []
    with tempfile.TemporaryDirectory() as place:
        storage, read_as = load(ImageParams).storage, reading.read()
        meaning = Meaning(read_as.low, read_as.high, read_as.fourth, read_as.ground)
        given = folder.store(Path(where).expanduser(), found.classes, storage, limits, meaning, Path(place))

        import torch  # late: a mistake above is told at once

        from podium.features.items import Item
        from podium.labelled.vote import trained, vote

        torch.set_num_threads(threads)
        stored = zip(given.digests, given.places, strict=True)
        items = [Item(digest, at.shard, at.offset, at.length) for digest, at in stored]
        folds = trained(found.classes)
        probs = vote(items, folds, views, params, budget, Path(place))
    labels = np.array(given.labels, np.int64)
    print(f"{where}: {len(labels):,} images, folds {', '.join(map(str, folds))}, views {told}")
    print(*(f"{name} {score:.4f}" for name, score in scores.scores(labels, probs, found.metric).items()))
    print(*scores.by_class(labels, probs, found.classes), sep="\n")
    for name, reason in given.unreadable:
        print(f"not scored: {name}: {reason}")


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was scored")
