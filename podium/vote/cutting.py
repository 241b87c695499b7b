"""Cut points of predictions: a threshold a label, or the bounds between grades on the expected grade.

A cut is worked into the prediction itself, so that whoever decides by a half or by the likeliest class later
decides as the cut says, and order within a label or grade stays.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from podium.metrics.metric import Metric

Probs = NDArray[np.float64]

DECIDED = 0.5
STEPS = 40  # quantiles of a column that are tried as its cut
PASSES = 2  # over the cuts: each is sought while the others stand
LEAD = 0.02  # of the decided grade over any other: more than rounding takes away
INSIDE = 1e-4  # how far from 0 and 1 a threshold stays


def warp(probs: Probs, cuts: Probs) -> Probs:
    """(n, c) with each column stretched so that its cut (c,) in (0, 1) comes to lie at a half."""
    below = DECIDED * probs / cuts
    above = 1 - DECIDED * (1 - probs) / (1 - cuts)
    return np.where(probs < cuts, below, above)


def regrade(probs: Probs, cuts: Probs) -> Probs:
    """(n, k) with the likeliest grade that which the expected grade lies in; cuts (k - 1,) ascend.

    Half of each row stays as it was, so that how sure it is still counts.
    """
    decided = np.searchsorted(cuts, expected(probs), side="right")
    kept = (1 - LEAD) / 2
    return np.asarray(kept * probs + (1 - kept) * np.eye(probs.shape[1])[decided])


def expected(probs: Probs) -> Probs:
    """(n,) the expected grade, grades counting from 0."""
    return np.asarray(probs @ np.arange(probs.shape[1]))


def thresholds(probs: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(c,) cuts of the best score, found column by column; among equals the one nearest to a half."""
    tried = [_candidates(column) for column in probs.T]
    return _climb(
        np.full(probs.shape[1], DECIDED), tried, lambda cuts: _worth(warp(probs, cuts), labels, metric)
    )


def grades(probs: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(k - 1,) ascending cuts of the expected grade of the best score; among equals the nearest to halves."""
    middle = np.arange(probs.shape[1] - 1) + DECIDED
    spread = np.unique(np.quantile(expected(probs), np.linspace(0, 1, 2 * STEPS + 1)[1:-1]))
    tried = [_nearest_first(spread, start) for start in middle]

    def worth(cuts: Probs) -> float:
        if (np.diff(cuts) < 0).any():
            return -np.inf
        return _worth(regrade(probs, cuts), labels, metric)

    return _climb(middle, tried, worth)


def _candidates(column: Probs) -> Probs:
    values = np.unique(np.quantile(column, np.linspace(0, 1, STEPS + 1)[1:-1]))
    return _nearest_first(values[(values > INSIDE) & (values < 1 - INSIDE)], DECIDED)


def _nearest_first(values: Probs, start: float) -> Probs:
    return np.concatenate([[start], values[np.argsort(np.abs(values - start), kind="stable")]])


def _climb(cuts: Probs, tried: list[Probs], worth: Callable[[Probs], float]) -> Probs:
    best = worth(cuts)
    for _ in range(PASSES):
        for place, candidates in enumerate(tried):
            for candidate in candidates:
                moved = cuts.copy()
                moved[place] = candidate
                found = worth(moved)
                if found > best:
                    best, cuts = found, moved
    return cuts


def _worth(probs: Probs, labels: np.ndarray, metric: Metric) -> float:
    return metric.goodness(metric.function(labels, probs))
