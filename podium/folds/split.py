"""The folds of all labelled originals: given validation images, hold-out, small classes, then k folds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.contracts.fold_numbers import ALWAYS_TRAIN, HOLD_OUT
from podium.folds import checks, frozen
from podium.folds.assign import Folds, Labels, Strata, assign
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError
from podium.foundation.run import derive

UNSET = -128


@dataclass
class Split:
    """The folds table (image_id, label, group, fold), what to say of it, and what to warn of."""

    table: pd.DataFrame
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def split(
    ids: list[str],
    labels: Labels,
    groups: list[str],
    classes: list[str],
    params: SplitParams,
    seed: int,
    strata: Strata | None = None,
) -> Split:
    """Folds of `ids`, whose subset (train or validation) is the part before the first /.

    Raises UserError for classes with fewer images than folds, too few groups, one giant group.
    """
    if strata is not None:
        return _by_strata(ids, labels, groups, strata, params, seed)
    folds = np.full(len(ids), UNSET, np.int8)
    sentences = _set_validation(folds, ids, groups) if params.validation == "given" else []
    if (folds == 0).any():
        folds[folds == UNSET] = ALWAYS_TRAIN
        return Split(_table(ids, labels, groups, folds), sentences)
    _set_hold_out(folds, labels, groups, params.hold_out, seed)
    sentences += _set_small(folds, labels, groups, classes, params)
    rest = np.flatnonzero(folds == UNSET)
    some = [groups[row] for row in rest]
    checks.refuse_groups(some, params.k)
    folds[rest] = assign([ids[row] for row in rest], labels[rest], some, params.k, seed)
    trained = set(labels[folds == ALWAYS_TRAIN].tolist())
    sentences += checks.remarks(labels[rest], classes, some, params.k, trained)
    return Split(_table(ids, labels, groups, folds), sentences)


def _by_strata(
    ids: list[str], labels: Labels, groups: list[str], strata: Strata, params: SplitParams, seed: int
) -> Split:
    """The same of label sets and numbers, which have no classes to be small: strata are only evened out."""
    folds = np.full(len(ids), UNSET, np.int8)
    sentences = _set_validation(folds, ids, groups) if params.validation == "given" else []
    if (folds == 0).any():
        folds[folds == UNSET] = ALWAYS_TRAIN
        return Split(_table(ids, labels, groups, folds), sentences)
    _set_hold_out(folds, strata.argmax(1), groups, params.hold_out, seed)
    rest = np.flatnonzero(folds == UNSET)
    some = [groups[row] for row in rest]
    checks.refuse_groups(some, params.k)
    folds[rest] = assign([ids[row] for row in rest], labels[rest], some, params.k, seed, strata[rest])
    return Split(_table(ids, labels, groups, folds), sentences)


def from_file(
    given: pd.DataFrame,
    ids: list[str],
    labels: Labels,
    groups: list[str],
    params: SplitParams,
    seed: int,
) -> Split:
    """Folds as the file's rows `given` say; images that it does not name join the emptiest fold.

    Raises UserError where it tears a group apart and `split.straddle` is refuse, or has no fold from 0 on.
    """
    path = Path(params.file)
    if not (given["fold"] >= 0).any():
        raise UserError(f"{path} has no fold from 0 on: give each image a fold, or leave only the header.")
    torn, where = frozen.straddling(given, ids, groups)
    if torn and params.straddle == "refuse":
        raise UserError(
            f"{path}: {where} ({torn} such groups): put each group in one fold, or set "
            f"split.straddle: allow and distrust the score."
        )
    folds = frozen.extend(given, ids, labels, groups, seed)
    sentences = [
        f"folds are those of {path}; {(~pd.Series(ids).isin(given['image_id'])).sum()} images are new."
    ]
    if not torn:
        return Split(_table(ids, labels, groups, folds), sentences)
    warning = f"{path} tears {torn} groups apart, so that the score flatters: {where}."
    return Split(_table(ids, labels, _renamed(groups, folds), folds), [*sentences, warning], [warning])


def _set_validation(folds: Folds, ids: list[str], groups: list[str]) -> list[str]:
    """Fold 0 for the given validation images, and for train images of their groups, which would leak."""
    given = np.array([image_id.startswith("validation/") for image_id in ids], dtype=bool)
    if not given.any():
        return []
    theirs = {group for group, inside in zip(groups, given, strict=True) if inside}
    near = np.array([group in theirs for group in groups], dtype=bool)
    folds[near] = 0
    sentences = [
        f"the {given.sum()} given validation images are fold 0; all else is trained on (split.validation)."
    ]
    if (near & ~given).any():
        sentences.append(
            f"{(near & ~given).sum()} train images belong to groups of validation images and moved to fold 0."
        )
    return sentences


def _set_hold_out(folds: Folds, labels: Labels, groups: list[str], images: int, seed: int) -> None:
    """Holds out whole groups until each class has `images` (in a hash's order; a group may overfill)."""
    held = np.zeros(int(labels.max(initial=0)) + 1, np.int64)
    members: dict[str, list[int]] = {}
    for row in np.flatnonzero(folds == UNSET) if images else []:
        members.setdefault(groups[row], []).append(int(row))
    for group in sorted(members, key=lambda group: (derive(seed, "hold-out", group), group)):
        counts = np.bincount(labels[members[group]], minlength=len(held))
        if (held + counts <= images)[counts > 0].all():
            folds[members[group]] = HOLD_OUT
            held += counts


def _set_small(
    folds: Folds, labels: Labels, groups: list[str], classes: list[str], params: SplitParams
) -> list[str]:
    """What `split.small_classes` does about classes with fewer images than folds; what to say of it.

    refuse: UserError. train: their groups always train. spread: so do those of classes that one group alone
    shows, which a fold would have to foretell unseen; the others go to as many folds as they have groups.
    """
    rest = np.flatnonzero(folds == UNSET)
    small = checks.small_classes(labels[rest], classes, params.k)
    if params.small_classes == "refuse":
        checks.refuse_small(small, labels[rest], classes, params.k)
    shown: dict[int, set[str]] = {label: set() for label in small}
    for row in rest:
        if labels[row] in shown:
            shown[labels[row]].add(groups[row])
    unseen = [label for label in small if params.small_classes == "train" or len(shown[label]) == 1]
    theirs = {group for label in unseen for group in shown[label]}
    always = [row for row in rest if groups[row] in theirs]
    folds[always] = ALWAYS_TRAIN
    if not unseen:
        return []
    return [
        f"{checks.told(unseen, classes, 'class is', 'classes are')} trained on and never scored: fewer than "
        f"{params.k} images ({len(always)} image{'s' * (len(always) != 1)})."
    ]


def _renamed(groups: list[str], folds: Folds) -> list[str]:
    """Group names that differ between folds where the file tears a group."""
    frame = pd.DataFrame({"group": groups, "fold": folds})
    torn = frame.groupby("group")["fold"].transform("nunique") > 1
    return frame["group"].where(~torn, frame["group"] + "@" + frame["fold"].astype(str)).tolist()


def _table(ids: list[str], labels: Labels, groups: list[str], folds: Folds) -> pd.DataFrame:
    return pd.DataFrame({"image_id": ids, "label": labels, "group": groups, "fold": folds})


def facts(
    table: pd.DataFrame, grouping: dict[str, Any], sentences: list[str], warnings: list[str]
) -> dict[str, Any]:
    """Flat numbers for the report, `sentences`, the folds' sizes last, and `warnings` about the score."""
    numbers, counts = np.unique(table["fold"].to_numpy(), return_counts=True)
    sizes = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    names = {HOLD_OUT: "hold-out", ALWAYS_TRAIN: "always train"}
    told = ", ".join(f"{names.get(fold, f'fold {fold}')}: {size}" for fold, size in sizes.items())
    groups = int(table["group"].nunique())
    last = f"{len(table)} images in {groups} groups ({told})."
    return {
        "images": len(table),
        "groups": groups,
        **grouping,
        "sentences": [*sentences, last],
        "warnings": warnings,
    }
