"""An earlier run as a committed revision has it: its scores, predictions, parameters and curves."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import competition, folds, metrics, predictions
from podium.contracts.competition import Competition
from podium.experiments import compare, revisions
from podium.experiments.compare import Difference
from podium.foundation import git
from podium.foundation.errors import UserError
from podium.foundation.params import PATH as PARAMS
from podium.foundation.params import read as read_params
from podium.metrics.metric import Metric

CURVES = Path("reports/plots/history.csv")
NEEDED = (
    f"{predictions.ENSEMBLE}/oof.parquet",
    folds.PATH.as_posix(),
    competition.PATH.as_posix(),
    metrics.PATH.as_posix(),
    PARAMS.as_posix(),
)


@dataclass(frozen=True)
class Earlier:
    """The run of a revision. `oof` rows follow `ids`, ascending."""

    revision: str
    metrics: dict[str, Any]
    params: dict[str, Any]
    classes: list[str]
    ids: list[str]
    oof: NDArray[np.float32]
    split: pd.DataFrame  # its folds.parquet
    details: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, list[float]] = field(default_factory=dict)
    competition: Competition | None = None


def baseline() -> str | None:
    """The full revision that an experiment started from, else the last commit; None without one."""
    named = os.environ.get("DVC_EXP_BASELINE_REV", "")
    if git.is_full(named):
        return named
    return git.answer("rev-parse", "--verify", "-q", "HEAD").strip() or None


def read(revision: str) -> Earlier | None:
    """The revision's run; None where it holds no finished one, or its artifacts are nowhere to be had."""
    try:
        found = at(revisions.fetch(revision, NEEDED), revision)
    except UserError:
        return None
    return replace(found, details=_details(revision), curves=_curves(revision))


def at(place: Path, revision: str = "") -> Earlier:
    """The run that lies in a folder, without details and curves. Raises UserError where a part is missing."""
    found = competition.read(place / competition.PATH)
    ids, oof = predictions.read(place / NEEDED[0], len(found.classes), found.task)
    scored, values = metrics.read(place / metrics.PATH), read_params(place / PARAMS)
    split = folds.FOLDS.read(place / folds.PATH)
    return Earlier(revision, scored, values, found.classes, ids, oof, split, competition=found)


def difference(
    metric: Metric,
    split: pd.DataFrame,
    classes: list[str],
    ours: tuple[list[str], NDArray[np.float32]],
    other: Earlier,
    seed: int = 0,
) -> Difference | None:
    """Ours (ids, oof) against the earlier run's, on the images that both predict; None where nothing is
    to compare: other classes, or no image in common. `split`: folds.parquet of ours."""
    if other.classes != classes:
        return None
    theirs = dict(zip(other.ids, range(len(other.ids)), strict=True))
    rows = [(i, theirs[name]) for i, name in enumerate(ours[0]) if name in theirs]
    if not rows:
        return None
    here, there = (np.array(part) for part in zip(*rows, strict=True))
    table = split.set_index("image_id").loc[[ours[0][i] for i in here]]
    labels, groups = table["label"].to_numpy(np.int64), table["group"].to_numpy(str)
    return compare.difference(metric, labels, ours[1][here], other.oof[there], groups, seed)


def _details(revision: str) -> dict[str, Any]:
    try:
        place = revisions.fetch(revision, (metrics.DETAILS.as_posix(),))
        return dict(metrics.read(place / metrics.DETAILS))
    except UserError:  # an older run, which has none
        return {}


def _curves(revision: str) -> dict[str, list[float]]:
    try:
        place = revisions.fetch(revision, (CURVES.as_posix(),)) / CURVES
        return {str(name): column.tolist() for name, column in pd.read_csv(place).items()}
    except (UserError, ValueError):
        return {}


def params_of(revision: str) -> dict[str, Any]:
    """params.yaml of a revision; empty where it has none."""
    try:
        return read_params(revisions.fetch(revision, (PARAMS.as_posix(),)) / PARAMS)
    except UserError:
        return {}
