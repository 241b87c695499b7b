"""Who votes: this run, the experiments that params name, and predictions made elsewhere, side by side."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from podium.contracts import embeddings, images, predictions, probe
from podium.contracts.competition import Competition
from podium.experiments import revisions, runs
from podium.experiments.runs import Member, Pool
from podium.foundation.params import load
from podium.vote import external, refitting
from podium.vote.params import EnsembleParams


def gather(params: EnsembleParams, found: Competition, split: pd.DataFrame, folds: list[int]) -> Pool:
    """The members' predictions; `folds` are this run's. Raises UserError where they do not fit."""
    own = _own(found, split, folds)
    members = list(own) if params.own else []
    others = {rev: runs.of_revision(rev, split, found.classes) for rev in params.experiments}
    members += others.values()
    members += [external.read(one, own[0], split, found, submission_ids()) for one in params.external]
    pool = replace(runs.pool(members, split, embeddings.of), kind=found.kind, table=found.table)
    places = {one.name: revisions.fetch(rev) / predictions.FOLDER for rev, one in others.items()}
    return refitting.joined(pool, {refitting.THIS: predictions.FOLDER} | places, found)


def asked(path: Path = predictions.ENSEMBLE / "table.json") -> EnsembleParams:
    """The parameters of the vote that lies here: after `make vote` params.yaml is as it was before."""
    if path.exists():
        said = json.loads(path.read_text(encoding="utf-8"))
        if "asked" in said:
            return EnsembleParams.model_validate(said["asked"])
    return load(EnsembleParams)


def _own(found: Competition, split: pd.DataFrame, folds: list[int]) -> list[Member]:
    """This run's network, where its folds are trained, and its linear probes."""
    places = [(refitting.THIS, predictions.FOLDER)] if predictions.folds() else []
    places += [(one.name, probe.FOLDER / one.name) for one in probe.read().probes]
    k = len(found.classes)
    return [runs.read(name, folds, split, k, place, found.task) for name, place in places]


def submission_ids() -> dict[str, list[str]]:
    """What the submission calls an image, or a row of several -> the image_ids."""
    shipped = images.IMAGES.read(images.PATH).dropna(subset="submission_id")
    found: dict[str, list[str]] = {}
    for name, image_id in zip(shipped["submission_id"], shipped["image_id"], strict=True):
        found.setdefault(name, []).append(image_id)
    return found
