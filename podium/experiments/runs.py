"""The members of a vote: this run's predictions, other experiments', and predictions made elsewhere.

A member has one prediction of every validated image, made by the one model that did not learn from it, and
on test images as many as it has folds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import competition, facts, predictions
from podium.contracts import folds as folds_contract
from podium.contracts.fold_numbers import HOLD_OUT
from podium.experiments import revisions
from podium.foundation.errors import UserError
from podium.foundation.files import digest
from podium.foundation.params import read as read_params
from podium.tasks.kinds.single import TASK as SINGLE
from podium.tasks.task import Task

Probs = NDArray[np.float64]
Stored = NDArray[np.float32] | NDArray[np.float64]  # as written: of many classes the largest table by far
FeaturesOf = Callable[[list[str]], NDArray[np.float32]]  # image_ids -> features (n, d), in that order


@dataclass(frozen=True)
class Member:
    """One network's predictions, rows by ascending image_id: oof (n, k), test (f, t, k) by ascending fold."""

    name: str
    ids: list[str]
    oof: Probs
    folds: list[int]
    test_ids: list[str]
    test: Stored


@dataclass(frozen=True)
class Pool:
    """Members' predictions of the same images, or rows of images: oof (m, n, k), test (m, f, t, k).

    What computes with test makes it float64, a part at a time where it is large.
    """

    names: list[str]
    ids: list[str]
    labels: NDArray[np.int64]  # (n,) given labels
    home: NDArray[np.int64]  # (n,) the fold that validates each image
    groups: NDArray[np.int64]  # (n,) numbers; images of one group never part
    oof: Probs
    test_ids: list[str]
    test: Stored
    look: FeaturesOf | None = None  # the fixed network's features of any of these images
    kind: Task = SINGLE
    table: NDArray[np.float32] | None = None  # the targets of each label; left out, each class is its own

    unit: str = "images"  # or rows: what each prediction is for
    refits: tuple[str, ...] = ()  # members in whose test predictions networks have a part that no oof is of

    @property
    def targets(self) -> NDArray[np.floating]:
        """(n, c) what the given labels ask for."""
        table = np.eye(self.oof.shape[2]) if self.table is None else self.table
        return np.asarray(table[self.labels])

    def settle(self, scores: Probs) -> Probs:
        """Any scores (..., c) as the task's predictions."""
        return self.kind.normalise(scores, np.zeros((0, 0), np.float32) if self.table is None else self.table)


@dataclass(frozen=True)
class HoldOut:
    """Labelled images that no fold trains on or validates, and their rows among the test predictions."""

    rows: list[int]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]


def read(
    name: str, folds: list[int], split: pd.DataFrame, classes: int, folder: Path, task: str = "single"
) -> Member:
    """A member from its folder of predictions. Raises UserError where an image has none."""
    parts = [predictions.read(predictions.path(fold, "oof", folder), classes, task) for fold in folds]
    for fold, (ids, _) in zip(folds, parts, strict=True):
        _complete(ids, fold, split, folder)
    ids = [image_id for part, _ in parts for image_id in part]
    order = np.argsort(np.array(ids), kind="stable")
    oof = np.concatenate([probs for _, probs in parts])[order].astype(np.float64)
    test_ids, test = _tests(folds, classes, folder, task)
    return Member(name, [ids[i] for i in order], oof, folds, test_ids, test)


def _tests(folds: list[int], classes: int, folder: Path, task: str) -> tuple[list[str], Stored]:
    """The test images and what each fold says of them (f, t, k), read into one table, fold by fold."""
    names, values = predictions.read(predictions.path(folds[0], "test", folder), classes, task)
    test = np.empty((len(folds), *values.shape), np.float32)
    test[0] = values
    for place, fold in enumerate(folds[1:], 1):
        others, test[place] = predictions.read(predictions.path(fold, "test", folder), classes, task)
        if others != names:
            raise UserError(f"{folder}: the folds predict different test images; run `dvc repro -f predict`.")
    return names, test


def of_revision(
    revision: str, split: pd.DataFrame, classes: list[str], key: str = "ensemble.experiments"
) -> Member:
    """Another experiment as a member, on all folds that it ran; `key` is the parameter that names it.

    Raises UserError where its classes or folds are not ours: its predictions then are not out-of-fold here.
    """
    folder = revisions.fetch(revision)
    name = f"{_network(folder)}@{revision[:7]}"
    known = competition.read(folder / competition.PATH)
    theirs = known.classes
    if digest(theirs) != digest(classes):
        raise UserError(
            f"{key}: {name} knows the classes {_few(theirs)}, here they are {_few(classes)}: "
            "only experiments on the same competition go together."
        )
    _same_folds(f"{key}: {name}", folds_contract.FOLDS.read(folder / folds_contract.PATH), split)
    ran = predictions.folds(folder / predictions.FOLDER)
    if not ran:
        raise UserError(
            f"{key}: {revision[:7]} trained no fold (linear probes stand for the vote of any run on these "
            "folds): name a run that trained one."
        )
    return read(name, ran, split, len(classes), folder / predictions.FOLDER, known.task)


def _network(folder: Path) -> str:
    """What a run's network is called: as predict says, for `model: auto` tells nothing."""
    told = facts.read(facts.Predicted, folder / predictions.FOLDER)
    named = told.network if told is not None else ""
    return str(named or read_params(folder / "params.yaml").get("model", "run"))


def _same_folds(name: str, theirs: pd.DataFrame, ours: pd.DataFrame) -> None:
    """Labels may differ, for corrections move no image; ids and folds may not."""
    here, there = (dict(zip(s["image_id"], s["fold"].astype(int), strict=True)) for s in (ours, theirs))
    if digest(here) == digest(there):
        return
    unlike = sorted(i for i in here.keys() | there.keys() if here.get(i) != there.get(i))
    first = unlike[0]
    raise UserError(
        f"{name} has other folds (digest {digest(there)[:7]}, here {digest(here)[:7]}; "
        f"{len(unlike)} images, {first!r} in {there.get(first, 'none')}, here in {here.get(first, 'none')}): "
        "run it again on these folds."
    )


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" ... ({len(names)})" if len(names) > 5 else "")


def pool(members: list[Member], split: pd.DataFrame, look: FeaturesOf | None = None) -> Pool:
    """The members side by side, on the folds that all of them have and each prediction once.

    Raises UserError where members have no fold in common or predict other test images.
    """
    common = _common_folds(members)
    members = [_same_test(member, members[0]) for member in _distinct(members)]
    rows = split[split["fold"].isin(common)].sort_values("image_id")
    ids = rows["image_id"].tolist()
    wanted = set(ids)
    return Pool(
        names=[member.name for member in members],
        ids=ids,
        labels=rows["label"].to_numpy(np.int64),
        home=rows["fold"].to_numpy(np.int64),
        groups=_numbered(rows["group"]),
        oof=np.stack([m.oof[[i in wanted for i in m.ids]] for m in members]),
        test_ids=members[0].test_ids,
        test=cast(Stored, np.stack([m.test[[m.folds.index(fold) for fold in common]] for m in members])),
        look=look,
    )


def hold_out(split: pd.DataFrame, test_ids: list[str]) -> HoldOut:
    """The hold-out's rows. Raises UserError where an image of it was not predicted."""
    rows = split[split["fold"] == HOLD_OUT]
    place = {image_id: row for row, image_id in enumerate(test_ids)}
    lacking = [image_id for image_id in rows["image_id"] if image_id not in place]
    if lacking:
        raise UserError(
            f"{predictions.FOLDER}: {len(lacking)} hold-out images have no prediction, {lacking[0]!r} "
            "for one; run `dvc repro -f predict`."
        )
    labels = rows["label"].to_numpy(np.int64)
    return HoldOut([place[i] for i in rows["image_id"]], labels, _numbered(rows["group"]))


def _numbered(groups: "pd.Series[str]") -> NDArray[np.int64]:
    return np.unique(groups.to_numpy(str), return_inverse=True)[1].astype(np.int64)


def _common_folds(members: list[Member]) -> list[int]:
    common = sorted(set.intersection(*(set(member.folds) for member in members)))
    if not common:
        raise UserError(
            "ensemble.experiments: the members have no fold in common "
            f"({'; '.join(f'{m.name}: {m.folds}' for m in members)}); run them on the same `folds`."
        )
    return common


def _same_test(member: Member, first: Member) -> Member:
    if member.test_ids != first.test_ids:
        strange = sorted(set(member.test_ids) ^ set(first.test_ids))
        raise UserError(
            f"ensemble: {member.name} and {first.name} predict other test images, {strange[0]!r} for one: "
            "run one of them again on the same competition, or take it out of the vote."
        )
    return member


def _distinct(members: list[Member]) -> list[Member]:
    """Without those whose predictions an earlier one has to the bit: nobody votes twice."""
    kept: list[Member] = []
    for member in members:
        twin = next((k for k in kept if np.array_equal(k.oof, member.oof)), None)
        if twin is None:
            kept.append(member)
        else:
            print(f"ensemble: {member.name} predicts exactly what {twin.name} does: it votes once.")
    return kept


def _complete(ids: list[str], fold: int, split: pd.DataFrame, folder: Path) -> None:
    """Every readable labelled original of the fold has its prediction: else a score flatters."""
    wanted = set(split.loc[split["fold"] == fold, "image_id"])
    if wanted != set(ids):
        lacking, strange = sorted(wanted - set(ids)), sorted(set(ids) - wanted)
        raise UserError(
            f"{predictions.path(fold, 'oof', folder)} lacks {len(lacking)} images of the fold and has "
            f"{len(strange)} others, {(lacking or strange)[0]!r} for one; run `dvc repro -f predict`."
        )
