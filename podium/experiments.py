"""The members of a vote: this run's predictions, other experiments', and predictions made elsewhere.

A member has one prediction of every validated image, made by the one model that did not learn from it, and
on test images as many as it has folds.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from podium.contracts import folds as folds_contract
from podium.contracts import predictions
from podium.errors import UserError
from podium.voters import Probs


@dataclass(frozen=True)
class Member:
    """One network's predictions, rows by ascending image_id: oof (n, k), test (f, t, k) by ascending fold."""

    name: str
    ids: list[str]
    oof: Probs
    folds: list[int]
    test_ids: list[str]
    test: Probs


@dataclass(frozen=True)
class Pool:
    """Members' predictions of the same images: oof (m, n, k), test (m, f, t, k)."""

    names: list[str]
    ids: list[str]
    labels: np.ndarray  # (n,) given labels
    home: np.ndarray  # (n,) the fold that validates each image
    groups: np.ndarray  # (n,) numbers; images of one group never part
    oof: Probs
    test_ids: list[str]
    test: Probs


def read(name: str, folds: list[int], split: pd.DataFrame, classes: int, folder: Path) -> Member:
    """A member from its folder of predictions. Raises UserError where an image has none."""
    parts = [predictions.read(predictions.path(fold, "oof", folder), classes) for fold in folds]
    for fold, (ids, _) in zip(folds, parts, strict=True):
        _complete(ids, fold, split, folder)
    ids = [image_id for part, _ in parts for image_id in part]
    order = np.argsort(np.array(ids))
    oof = np.concatenate([probs for _, probs in parts])[order].astype(np.float64)
    tests = [predictions.read(predictions.path(fold, "test", folder), classes) for fold in folds]
    if any(part != tests[0][0] for part, _ in tests):
        raise UserError(f"{folder}: the folds predict different test images; run `dvc repro -f predict`.")
    test = np.stack([probs for _, probs in tests]).astype(np.float64)
    return Member(name, [ids[i] for i in order], oof, folds, tests[0][0], test)


def pool(members: list[Member], split: pd.DataFrame) -> Pool:
    """The members side by side on the folds that all of them have. Raises UserError where there is none."""
    common = sorted(set.intersection(*(set(member.folds) for member in members)))
    if not common:
        raise UserError(
            "ensemble.experiments: the experiments have no fold in common "
            f"({'; '.join(f'{m.name}: {m.folds}' for m in members)}); run them on the same `folds`."
        )
    rows = split[split["fold"].isin(common)].sort_values("image_id")
    ids = rows["image_id"].tolist()
    wanted = set(ids)
    oof = np.stack([m.oof[[i in wanted for i in m.ids]] for m in members])
    test = np.stack([m.test[[m.folds.index(fold) for fold in common]] for m in members])
    groups = np.unique(rows["group"].to_numpy(str), return_inverse=True)[1]
    return Pool(
        names=[member.name for member in members],
        ids=ids,
        labels=rows["label"].to_numpy(np.int64),
        home=rows["fold"].to_numpy(np.int64),
        groups=groups,
        oof=oof,
        test_ids=members[0].test_ids,
        test=test,
    )


def _complete(ids: list[str], fold: int, split: pd.DataFrame, folder: Path) -> None:
    """Every readable labelled original of the fold has its prediction: else a score flatters."""
    wanted = set(split.loc[split["fold"] == fold, "image_id"])
    if wanted != set(ids):
        lacking, strange = sorted(wanted - set(ids)), sorted(set(ids) - wanted)
        example = (lacking or strange)[0]
        raise UserError(
            f"{predictions.path(fold, 'oof', folder)} misses {len(lacking)} images of the fold and has "
            f"{len(strange)} others, {example!r} for one; run `dvc repro -f predict`."
        )


@dataclass(frozen=True)
class HoldOut:
    """Labelled images that no fold trains on or validates, and their rows among the test predictions."""

    rows: list[int]
    labels: np.ndarray
    groups: np.ndarray


def hold_out(split: pd.DataFrame, test_ids: list[str]) -> HoldOut:
    """The hold-out's rows. Raises UserError where an image of it was not predicted."""
    rows = split[split["fold"] == folds_contract.HOLD_OUT]
    place = {image_id: row for row, image_id in enumerate(test_ids)}
    lacking = [image_id for image_id in rows["image_id"] if image_id not in place]
    if lacking:
        raise UserError(
            f"{predictions.FOLDER}: {len(lacking)} hold-out images have no prediction, {lacking[0]!r} "
            "for one; run `dvc repro -f predict`."
        )
    groups = np.unique(rows["group"].to_numpy(str), return_inverse=True)[1]
    return HoldOut([place[i] for i in rows["image_id"]], rows["label"].to_numpy(np.int64), groups)
