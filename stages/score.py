"""make score DIR=folder: scores what the run publishes on a labelled folder."""

import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from podium.competition.params import CompetitionParams
from podium.contracts import competition, folds, reading
from podium.embedding.params import EmbedParams
from podium.foundation import run
from podium.foundation.entry import loading
from podium.foundation.entry import run as run_stage
from podium.foundation.errors import UserError
from podium.foundation.lock import load
from podium.images.channels import Meaning
from podium.images.params import ImageParams
from podium.labelled import folder, scores
from podium.metrics import registry
from podium.project import standing
from podium.tasks.limits import only_classes
from podium.vote.members import asked
from podium.vote.preparing import published


def main() -> None:
    where = " ".join(sys.argv[1:])
    if not where:
        raise UserError("give the labelled folder: make score DIR=path/to/labelled.")
    standing.by_the_run("score")
    found, limits, params = competition.read(), load(CompetitionParams).limits, asked()
    only_classes(found.kind, "make score with a folder of classes", "compare reports/metrics.json")
    with tempfile.TemporaryDirectory() as place:
        storage, read_as = load(ImageParams).storage, reading.read()
        meaning = Meaning(**read_as.model_dump(include={one.name for one in fields(Meaning)}))
        given = folder.store(Path(where).expanduser(), found.classes, storage, limits, meaning, Path(place))
        with loading():  # late: a mistake above is told at once
            import torch

            from podium.export.expected import LearntVote
            from podium.export.making import read_table
            from podium.labelled.vote import told, vote

        torch.set_num_threads(load(run.Threads).threads)
        ready = published(params, found, folds.FOLDS.read(folds.PATH))
        voting = LearntVote(ready, read_table(), registry.of(found), load(run.Seed).seed)
        probs = vote(voting, params, given, Path(place), load(EmbedParams))
    labels = np.array(given.labels, np.int64)
    print(f"{where}: {len(labels):,} images; {told(voting)}.")
    scored = scores.scores(labels, probs, registry.of(found))
    print(*(f"{name} {score:.4f}" for name, score in scored.items()))
    print(*scores.by_class(labels, probs, found.classes), sep="\n")
    for name, reason in given.unreadable:
        print(f"not scored: {name}: {reason}")


if __name__ == "__main__":
    run_stage(main, interrupted="interrupted: nothing was scored")
