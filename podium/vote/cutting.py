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
FACTORS = np.exp(np.linspace(-2.4, 2.4, 25))  # of the unknown's own probability: 0.09 to 11, 1 among them
NAMES = 64  # likeliest classes of a row that are looked at: more than any MAP@k asks for


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


def placed(probs: Probs, cuts: Probs) -> Probs:
    """(n, k) with one class, of what is none of the others, where a threshold puts it among them.

    cuts: (the class, a factor of its own probability, the threshold that it has at least); rows sum to 1.
    """
    turned = probs.copy()
    unknown = int(cuts[0])
    turned[:, unknown] = np.maximum(probs[:, unknown] * cuts[1], cuts[2])
    return np.asarray(turned / np.maximum(turned.sum(1, keepdims=True), 1e-300))


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


def place(probs: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(the class, factor, threshold) of the best score: a factor alone, a threshold alone, or that under
    the class's own probability; among equals what changes least."""
    assert metric.unknown is not None
    unknown = metric.unknown
    few, right, at = _likeliest(probs, labels, unknown)
    rows = np.arange(len(few))
    spread = np.unique(np.quantile(few[rows, _best_other(few, at)], np.linspace(0, 1, STEPS + 1)[1:-1]))
    factors = FACTORS[np.argsort(np.abs(np.log(FACTORS)), kind="stable")]
    tried = [(factor, 0.0) for factor in factors]
    tried += [(factor, threshold) for factor in (1.0, 0.0) for threshold in spread]

    def worth(factor: float, threshold: float) -> float:
        turned = few.copy()
        turned[rows, at] = np.maximum(few[rows, at] * factor, threshold)
        return _worth(turned, right, metric)

    best = max(tried, key=lambda one: worth(*one))
    return np.array([unknown, *best])


def _likeliest(probs: Probs, labels: np.ndarray, unknown: int) -> tuple[Probs, np.ndarray, np.ndarray]:
    """Of each row its likeliest classes, its own and the unknown, in their order, with the places of these
    two: (n, c), (n,), (n,). Ranks within the first NAMES stay."""
    k = probs.shape[1]
    if k <= NAMES + 2:
        return probs, labels, np.full(len(labels), unknown)
    chosen = np.argpartition(-probs, NAMES, axis=1)[:, : NAMES + 2]
    chosen[:, NAMES] = labels
    chosen[:, NAMES + 1] = unknown
    chosen.sort(axis=1)
    few = np.take_along_axis(probs, chosen, 1)
    few[:, 1:][chosen[:, 1:] == chosen[:, :-1]] = -1.0  # what stands twice counts the first time
    right, at = ((chosen == np.reshape(name, (-1, 1))).argmax(1) for name in (labels, unknown))
    return few, right, at


def _best_other(few: Probs, at: np.ndarray) -> np.ndarray:
    others = few.copy()
    others[np.arange(len(few)), at] = -1.0
    return np.asarray(others.argmax(1))


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
