"""How the images of one row become its prediction, in numpy alone, because bundles carry it too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Probs = NDArray[np.float64]
Features = NDArray[np.float32]
Ints = NDArray[np.int64]
Settle = Callable[[Probs], Probs]
SURE = 1 - 1e-7  # a probability above it is float32's rounding
NONE: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True)
class RowOrder:
    """Images in the order of their rows: `order` sorts them, `starts` (r,) is where each row begins."""

    names: list[str]  # each row's first image, ascending
    order: Ints
    starts: Ints

    @property
    def counts(self) -> Ints:
        """(r,) images."""
        return np.diff(np.append(self.starts, len(self.order)))

    def means(self, vectors: Features) -> Features:
        """Each row's mean (r, d) of its images' vectors (n, d)."""
        sums = np.add.reduceat(vectors[self.order], self.starts, axis=0)
        return np.asarray(sums / self.counts[:, None], np.float32)


Merge = Callable[[Probs, RowOrder, Ints], Probs]  # (..., n, c) in the rows' order -> (..., r, c)


def _mean(probs: Probs, rows: RowOrder, _counts: Ints) -> Probs:
    return np.asarray(np.add.reduceat(probs, rows.starts, axis=-2) / rows.counts[:, None])


def _max(probs: Probs, rows: RowOrder, counts: Ints) -> Probs:
    return _of_the_rarer(np.maximum.reduceat(probs, rows.starts, axis=-2), counts)


def _noisy_or(probs: Probs, rows: RowOrder, counts: Ints) -> Probs:
    """1 less the chance that no image shows it (Pearl 1988)."""
    none = np.add.reduceat(np.log1p(-np.minimum(probs, SURE)), rows.starts, axis=-2)
    return _of_the_rarer(-np.expm1(none), counts)


def _of_the_rarer(probs: Probs, counts: Ints) -> Probs:
    """Of two classes the rarer is what some image may show; the other is that none does."""
    if probs.shape[-1] != 2 or not len(counts):
        return probs
    rarer = 0 if counts[0] < counts[1] else 1
    made = np.empty_like(probs)
    made[..., rarer], made[..., 1 - rarer] = probs[..., rarer], 1 - probs[..., rarer]
    return made


MERGES: dict[str, Merge] = {"mean": _mean, "max": _max, "noisy_or": _noisy_or}


@dataclass(frozen=True)
class Merging:
    """A way of MERGES; counts (k,) are training's rows of each class, none where the task has no classes."""

    way: str
    counts: Ints

    def __call__(self, probs: Probs, rows: RowOrder, settle: Settle) -> Probs:
        """(..., n, c) of images as (..., r, c) of rows."""
        return settle(MERGES[self.way](probs[..., rows.order, :], rows, self.counts))

    @property
    def said(self) -> dict[str, Any]:
        """As a card has it."""
        return {"way": self.way, "counts": self.counts.tolist()}


def of_card(said: Mapping[str, Any]) -> Merging | None:
    """What `said` tells of; None where images are rows by themselves."""
    return Merging(said["way"], np.array(said["counts"], np.int64)) if said else None


def rows_of(ids: Sequence[str], company: Mapping[str, str]) -> RowOrder:
    """The rows of these images; company: image_id -> row, where it has one with others."""
    names, place = np.unique([company.get(name, name) for name in ids], return_inverse=True)
    return _sorted(names.tolist(), place)


def numbered(home: Ints) -> RowOrder:
    """The rows of images (n,) that tell their row's number, ascending."""
    numbers, place = np.unique(home, return_inverse=True)
    return _sorted([str(number) for number in numbers], place)


def _sorted(names: list[str], place: Ints) -> RowOrder:
    order = np.argsort(place, kind="stable")
    return RowOrder(names, order, np.searchsorted(place[order], np.arange(len(names))))
