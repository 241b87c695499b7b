"""Metrics of two classes of which one is looked for: labels are int (n,), probs (n, k), weights (b, n)."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from podium.metrics.metric import Floats, Labels, Metric, Weighted

LOOKED_FOR = 1  # the class where nothing else says which: the second of two
ALASKA = ((0.0, 0.4, 2.0), (0.4, 1.0, 1.0))  # (from, to, weight) of the true positive rate, as in ALASKA2
RARE = ((0.8, 1.0, 1.0),)  # the area above a true positive rate of 0.8, as in ISIC 2024
Parts = Sequence[tuple[float, float, float]]


def one_sided(name: str, positive: int = LOOKED_FOR) -> Metric:
    """The metric of that name in ONE_SIDED, which looks for the class `positive`."""
    return Metric(name, ONE_SIDED[name](positive), wants=WANTS[name])


def _weighted_auc(positive: int) -> Weighted:
    """The area under the ROC curve, its parts weighted by their true positive rate; at best 1."""
    return lambda labels, probs, weights: (
        _areas(labels == positive, probs[:, positive], weights, ALASKA)
        / (sum(weight * (high - low) for low, high, weight in ALASKA))
    )


def _partial_auc(positive: int) -> Weighted:
    """The area between the ROC curve and the least true positive rate that counts, [0, 0.2]."""
    return lambda labels, probs, weights: _areas(labels == positive, probs[:, positive], weights, RARE)


def _probabilistic_f1(positive: int) -> Weighted:
    """2 P R / (P + R) of the probabilities' sums (Yacouby and Axman 2020); 0 where nothing is found."""

    def weighted(labels: Labels, probs: Floats, weights: Floats) -> Floats:
        truth, chances = (labels == positive).astype(np.float64), probs[:, positive]
        found, claimed, given = weights @ (truth * chances), weights @ chances, weights @ truth
        both = claimed + given
        return np.asarray(2 * found / np.where(both > 0, both, 1))

    return weighted


def _areas(positive: np.ndarray, scores: Floats, weights: Floats, parts: Parts) -> Floats:
    """(b,) areas of the ROC curve within each part of the true positive rate, times its weight, summed.

    Of tied scores the curve is a straight line; 0 where one side lacks.
    """
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) < 0])
    hits, misses = (
        np.add.reduceat((weights * side)[:, order], starts, axis=1) for side in (positive, ~positive)
    )
    rates = [
        np.cumsum(side, axis=1) / np.maximum(side.sum(1, keepdims=True), 1e-300) for side in (hits, misses)
    ]
    high, widths = rates[0], np.diff(rates[1], axis=1, prepend=0)
    low = np.concatenate([np.zeros((len(high), 1)), high[:, :-1]], axis=1)
    both = (hits.sum(1) > 0) & (misses.sum(1) > 0)
    total = sum(weight * (_within(low, high, *ends) * widths).sum(1) for *ends, weight in parts)
    return np.where(both, total, 0.0)


def _within(low: Floats, high: Floats, start: float, end: float) -> Floats:
    """The mean of min(max(t, start), end) - start over t from low to high."""

    def summed(t: Floats) -> Floats:
        inside = np.clip(t, start, end) - start
        return np.asarray(inside**2 / 2 + (end - start) * np.maximum(t - end, 0))

    steps = high - low
    flat = np.clip(low, start, end) - start
    return np.where(steps > 0, (summed(high) - summed(low)) / np.where(steps > 0, steps, 1), flat)


ONE_SIDED: dict[str, Callable[[int], Weighted]] = {
    "weighted_auc": _weighted_auc,
    "partial_auc": _partial_auc,
    "probabilistic_f1": _probabilistic_f1,
}
WANTS: dict[str, Literal["ranks", "probs"]] = {
    "weighted_auc": "ranks",
    "partial_auc": "ranks",
    "probabilistic_f1": "probs",
}
