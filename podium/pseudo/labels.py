"""Which unlabelled images a teacher labels for the student of one fold, and how it is kept honest.

The student of fold k is validated on fold k, so nothing of fold k may reach it. Its pseudo-labels come from
the teacher's model of fold k alone, which never saw that fold; its thresholds from the teacher's
out-of-fold predictions of the other folds. (Those were made by models that did train on fold k: what of it
reaches the student is one number a class.)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from podium.experiments.runs import Member, Probs, of_revision
from podium.foundation.errors import UserError
from podium.pseudo.params import PseudoParams

NEVER = 2.0  # a threshold that no probability reaches
SLACK = 1.5  # how much richer than the training set in one class the unlabelled images may be


@dataclass(frozen=True)
class Taught:
    """Labels for one fold's student: rows of the teacher's test predictions, probs, thresholds (k,)."""

    fold: int
    rows: np.ndarray
    probs: Probs
    thresholds: Probs


def teacher(revision: str, split: pd.DataFrame, classes: list[str]) -> Member:
    """The teacher's predictions; its folds, ids and classes must be ours."""
    return of_revision(revision, split, classes, key="pseudo_label.teacher")


def teach(teacher: Member, split: pd.DataFrame, fold: int, params: PseudoParams) -> Taught:
    """The images that the teacher is sure of, at most `cap` times the class's labelled ones.

    Raises UserError where the teacher did not run the fold or any other one.
    """
    _ran(teacher, fold)
    training = split[(split["fold"] != fold) & split["image_id"].isin(teacher.ids)]
    known = np.isin(np.array(teacher.ids), training["image_id"].to_numpy(str))
    labels = training.sort_values("image_id")["label"].to_numpy(np.int64)
    thresholds = precise(teacher.oof[known], labels, params.precision)

    wanted = np.array([image_id.partition("/")[0] in params.images for image_id in teacher.test_ids])
    candidates = np.flatnonzero(wanted)
    probs = teacher.test[teacher.folds.index(fold)][candidates].astype(np.float64)
    counts = np.bincount(labels, minlength=probs.shape[1])
    taken = surest(probs, thresholds, limits(counts, len(candidates), params.cap))
    chosen = probs[taken]
    if params.labels == "hard":
        chosen = np.eye(probs.shape[1])[chosen.argmax(1)]
    return Taught(fold, candidates[taken], chosen, thresholds)


def precise(probs: Probs, labels: np.ndarray, precision: float) -> Probs:
    """(k,) for each class the lowest probability from which its decisions are right often enough.

    Judged on out-of-fold probs (n, k). A class that never is so precise gets a threshold beyond 1.
    """
    decisions = probs.argmax(1)
    thresholds = np.full(probs.shape[1], NEVER)
    for c in range(probs.shape[1]):
        inside = decisions == c
        sure = probs[inside, c]
        order = np.argsort(-sure, kind="stable")
        right = np.cumsum((labels[inside] == c)[order]) / np.arange(1, len(order) + 1)
        last_of_equals = np.append(np.diff(sure[order]) < 0, True)[: len(order)]
        enough = np.flatnonzero((right >= precision) & last_of_equals)
        if len(enough):
            thresholds[c] = sure[order][enough[-1]]
    return thresholds


def limits(counts: np.ndarray, images: int, cap: float) -> np.ndarray:
    """(k,) pseudo-labels a class at most: `cap` times its labelled images, and half as many again as its
    share of the training set would be among the unlabelled `images`."""
    expected = counts / max(counts.sum(), 1) * images * SLACK
    return np.asarray(np.ceil(np.minimum(counts * cap, expected)), np.int64)


def surest(probs: Probs, thresholds: Probs, most: np.ndarray) -> np.ndarray:
    """Rows of probs (n, k) at or above their class's threshold, ascending; of too many, the surest."""
    decisions = probs.argmax(1)
    taken = []
    for c, limit in enumerate(most):
        rows = np.flatnonzero((decisions == c) & (probs[:, c] >= thresholds[c]))
        order = np.argsort(-probs[rows, c], kind="stable")
        taken.append(rows[order][:limit])
    return np.sort(np.concatenate(taken)) if taken else np.empty(0, np.int64)


def table(taught: list[Taught], teacher: Member, params: PseudoParams) -> pd.DataFrame:
    """The rows of data/pseudo/labels.parquet."""
    ids = np.array(teacher.test_ids)
    frames = []
    for part in taught:
        frame = pd.DataFrame(part.probs, columns=[f"p{c}" for c in range(part.probs.shape[1])])
        frame.insert(0, "image_id", ids[part.rows])
        frame.insert(1, "fold", part.fold)
        frames.append(frame.assign(weight=params.weight, teacher=params.teacher))
    return pd.concat(frames, ignore_index=True)


def sentence(part: Taught, classes: list[str], images: int) -> str:
    """How many labels a fold's student gets, and from which probability on."""
    counts = np.bincount(part.probs.argmax(1), minlength=len(classes))
    found = [
        f"{name} {count} from {threshold:.2f}" if threshold < NEVER else f"{name} none"
        for name, count, threshold in zip(classes, counts, part.thresholds, strict=True)
    ]
    listed = ", ".join(found[:10]) + (" ..." if len(found) > 10 else "")
    return f"pseudo_label: fold {part.fold}: {len(part.rows)} of {images} images ({listed})."


def _ran(teacher: Member, fold: int) -> None:
    if fold not in teacher.folds or len(teacher.folds) < 2:
        raise UserError(
            f"pseudo_label.teacher: {teacher.name} ran the folds {teacher.folds}; labels for fold {fold}'s "
            "student need its model of that fold and out-of-fold predictions of another one: "
            "train the teacher on all folds."
        )
