"""Fitted models as arrays, in numpy alone: what predicts here predicts in a bundle, to the same numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.tasks.links import LINKS, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SMALLEST_INPUT = 1e-4  # of stacking's inputs: how sure a wrong member was must not outweigh the others
SLOPE = 0.01  # of a prediction's spread: how wide a tree's threshold on it is
CELLS = 1 << 22  # weights of nodes held at a time: 32 MB


@dataclass(frozen=True)
class Linear:
    """inputs (n, d) @ weights (d, s) + bias (s,)."""

    weights: Floats
    bias: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Scores (n, s)."""
        return inputs @ self.weights + self.bias

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a bundle keeps it."""
        return {"weights": self.weights, "bias": self.bias}


@dataclass(frozen=True)
class Trees:
    """A sum of t trees of at most m nodes each, in which parents come before children; node 0 is the root.

    At a node whose input has a slope, what lies within it of the threshold goes to both sides in parts: with
    steps alone, an input that rounding moves by a hair would change the answer by a leaf.
    """

    start: Floats  # (s,)
    column: Ints  # (t,) the score that a tree adds to
    feature: Ints  # (t, m)
    threshold: Floats  # (t, m): up to it goes left
    left: Ints  # (t, m); 0 at a leaf
    right: Ints
    value: Floats  # (t, m); 0 at what is no leaf
    slope: Floats  # (d,) how wide; 0 is a step

    def __call__(self, inputs: Floats) -> Floats:
        """Scores (n, s)."""
        trees, nodes = self.feature.shape
        size = max(1, CELLS // (trees * nodes))
        found = np.tile(self.start, (len(inputs), 1))
        adds = self.adds()
        for begin in range(0, len(inputs), size):
            part = inputs[begin : begin + size]
            found[begin : begin + size] += self._leaves(part).T @ adds
        return found

    def adds(self) -> Floats:
        """(t, s) the score that each tree adds to, as 1."""
        return np.eye(len(self.start))[self.column]

    def _leaves(self, inputs: Floats) -> Floats:
        """(t, n) what each tree says."""
        trees, nodes = self.feature.shape
        weight = np.zeros((trees, nodes, len(inputs)))
        weight[:, 0] = 1
        for node in range(nodes):
            inner = np.flatnonzero(self.left[:, node])
            feature = self.feature[inner, node]
            share = _left(inputs.T[feature], self.threshold[inner, node], self.slope[feature])
            passing = weight[inner, node]
            weight[inner, self.left[inner, node]] = passing * share
            weight[inner, self.right[inner, node]] = passing * (1 - share)
        return np.asarray(np.einsum("tmn,tm->tn", weight, self.value))

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a bundle keeps it."""
        return {name: getattr(self, name) for name in PARTS}


PARTS = ("start", "column", "feature", "threshold", "left", "right", "value", "slope")


def _left(values: Floats, thresholds: Floats, slopes: Floats) -> Floats:
    """(t, n) in [0, 1]: how much of each value goes left."""
    below = (thresholds[:, None] - values) / np.where(slopes > 0, slopes, 1)[:, None]
    return np.where(slopes[:, None] > 0, np.clip(below + 0.5, 0, 1), below >= 0)


Scorer = Linear | Trees


@dataclass(frozen=True)
class Model:
    """Scorers side by side, then the link; of classes those that it knows, the others have 0."""

    scorers: list[Scorer]
    link: str
    known: Ints  # (s,) the columns of the answer that the scores are of
    columns: int

    def __call__(self, inputs: Floats) -> Floats:
        """(n, c) of inputs (n, d)."""
        scores = np.hstack([scorer(inputs) for scorer in self.scorers])
        if self.link != "softmax":
            return np.asarray(LINKS[self.link](scores), np.float64)
        found = np.zeros((len(inputs), self.columns))
        found[:, self.known] = softmax(scores)
        return found


def of_arrays(scorers: Sequence[Mapping[str, NDArray[Any]]], link: str, known: Ints, columns: int) -> Model:
    """What a bundle kept."""
    made: list[Scorer] = [Linear(**one) if "weights" in one else Trees(**one) for one in scorers]
    return Model(made, link, known, columns)


def linear(model: Any, both: bool) -> Linear:
    """A fitted pipeline of a scaler and a linear model; both: a score for two classes each, the first 0."""
    scaler, last = model[0], model[-1]
    weights = np.atleast_2d(last.coef_).T / scaler.scale_[:, None]
    bias = np.atleast_1d(last.intercept_) - scaler.mean_ @ weights
    if both:
        weights, bias = _with_none(weights), _with_none(bias[None])[0]
    return Linear(np.asarray(weights, np.float64), np.asarray(bias, np.float64))


def trees(model: Any, slope: Floats, both: bool) -> Trees:
    """Fitted gradient-boosted trees of histograms; both: a score for two classes each, the first 0."""
    rounds = [list(one) for one in model._predictors]
    start = np.ravel(model._baseline_prediction).astype(np.float64)
    column = np.tile(np.arange(len(rounds[0])), len(rounds))
    if both:
        start, column = np.array([0.0, start[0]]), column + 1
    nodes = [tree.nodes for one in rounds for tree in one]
    most = max(map(len, nodes))

    def part(name: str, kind: type) -> NDArray[Any]:
        made: NDArray[Any] = np.zeros((len(nodes), most), kind)
        for row, of in enumerate(nodes):
            made[row, : len(of)] = np.where(of["is_leaf"] == (name == "value"), of[name], 0)
        return made

    left, right = part("left", np.int64), part("right", np.int64)
    assert (np.where(left > 0, np.minimum(left, right), most) > np.arange(most)).all(), "parents come first"
    return Trees(
        start, column, part("feature_idx", np.int64), part("num_threshold", np.float64), left, right,
        part("value", np.float64), slope,
    )  # fmt: skip


def constant(target: float, link: str, inputs: int) -> Linear:
    """What always answers `target`."""
    sure = {0.0: -np.inf, 1.0: np.inf}
    return Linear(np.zeros((inputs, 1)), np.array([sure[target] if link == "sigmoid" else target]))


def _with_none(values: Floats) -> Floats:
    """A column of zeros in front."""
    return np.hstack([np.zeros((len(values), 1)), values])
