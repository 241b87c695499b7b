"""Images judged by labelled ones that look alike, or by the nearest class means; bundles carry it too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.linear.cosines import unit

Probs = NDArray[np.float64]
Features = NDArray[np.float32]
Labels = NDArray[np.int64]

COUNT = 20  # images most alike that vote
FADE = 0.01  # of cosines below the last of them, within which others vote less and less: no step, so that
# what rounding moves by a hair does not change an answer
WARMTH = 0.1  # of centred cosines: a vote falls to a third for each 0.1
PRIOR = 1e-3  # share of a prediction that all classes have alike
CELLS = 1 << 24  # similarities held at a time: 64 MB


def from_centre(vectors: Features, centre: Features) -> Features:
    """Vectors (n, d) less the centre (d,), of length 1: their products are centred cosines."""
    return unit(vectors - centre)


def _themselves(known: Features, labels: Labels, _k: int) -> tuple[Features, Labels]:
    return known, labels


def _class_means(known: Features, labels: Labels, k: int) -> tuple[Features, Labels]:
    """The mean of each class that has an image, of length 1."""
    means = np.zeros((k, known.shape[1]), np.float32)
    np.add.at(means, labels, known)
    there = np.unique(labels)
    return unit(means[there]), there


Condense = Callable[[Features, Labels, int], tuple[Features, Labels]]
WAYS: dict[str, tuple[Condense, int]] = {  # who judges, and how many of them, the most alike; 0: all
    "the images most alike": (_themselves, COUNT),
    "class means": (_class_means, 0),
}


def judge(way: str, asked: Features, known: Features, labels: Labels, k: int) -> Probs:
    """(q, k) what `known` (n, d) of these labels say of `asked` (q, d), unit vectors both, by a way."""
    condense, count = WAYS[way]
    vectors, names = condense(known, labels, k)
    found: Probs = _voted(asked, vectors, [(names, np.ones(len(names), bool))], count, k)[0]
    return found


@dataclass(frozen=True)
class Alike:
    """What judges test images: unit vectors (n, d), their labels (n,), and who of them does for each fold."""

    centre: Features  # (d,)
    vectors: Features
    labels: Labels
    folds: NDArray[np.bool_]  # (f, n)
    count: int  # how many of them vote on an image, the most alike; 0: all
    classes: int

    def __call__(self, vectors: Features) -> Probs:
        """(f, t, k) of images' vectors (t, d)."""
        groups = [(self.labels[who], who) for who in self.folds]
        return _voted(from_centre(vectors, self.centre), self.vectors, groups, self.count, self.classes)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a bundle keeps it."""
        kept: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in KEPT}
        return kept | {"count": np.array(self.count)}


KEPT = ("centre", "vectors", "labels", "folds")


def of_arrays(arrays: Mapping[str, NDArray[Any]], classes: int) -> Alike:
    """What a bundle kept."""
    centre, vectors, labels, folds = (arrays[name] for name in KEPT)
    return Alike(centre, vectors, labels, folds, int(arrays["count"]), classes)


def alike(
    way: str, centre: Features, known: Features, labels: Labels, folds: list[NDArray[np.bool_]], k: int
) -> Alike:
    """Who judges test images, by a way of WAYS: for each fold those of `known` (n, d) that it names."""
    condense, count = WAYS[way]
    if condense is _themselves:
        return Alike(centre, known, labels, np.stack(folds), count, k)
    parts = [condense(known[rest], labels[rest], k) for rest in folds]
    sizes = [len(names) for _, names in parts]
    whose = np.repeat(np.arange(len(parts)), sizes)
    vectors, names = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Alike(centre, vectors, names, whose == np.arange(len(parts))[:, None], count, k)


def _voted(
    asked: Features, vectors: Features, groups: list[tuple[Labels, NDArray[np.bool_]]], count: int, k: int
) -> Probs:
    """(g, q, k): in each group (labels, which of the vectors) the most alike vote, the nearer the more.

    count: how many do; 0: all, each of a class of its own.
    """
    votes = np.zeros((len(groups), len(asked), k))
    for rows in _blocks(len(asked), len(vectors)):
        cosines = asked[rows] @ vectors.T
        for number, (labels, who) in enumerate(groups):
            near = cosines[:, who].astype(np.float64)
            weights = np.exp((near - 1) / WARMTH)
            if count:
                weights *= _kept(near, count)
                image, place = np.nonzero(weights)
                np.add.at(votes[number], (rows[image], labels[place]), weights[image, place])
            else:
                votes[number][np.ix_(rows, labels)] = weights
    sums = np.maximum(votes.sum(-1, keepdims=True), 1e-300)
    return np.asarray((1 - PRIOR) * votes / sums + PRIOR / k)


def _kept(near: Probs, count: int) -> Probs:
    """(q, n) in [0, 1]: 1 for the most alike and who is equal, falling to 0 within FADE below."""
    n = near.shape[1]
    if n <= count:
        return np.ones_like(near)
    last = np.partition(near, n - count, axis=1)[:, n - count, None]
    return np.clip((near - last) / FADE + 1, 0, 1)


def _blocks(asked: int, known: int) -> list[Labels]:
    size = max(1, CELLS // max(known, 1))
    return [np.arange(start, min(start + size, asked)) for start in range(0, asked, size)]
