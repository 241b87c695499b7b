"""What each metric computes, under any weights of the images: one code for a score and for its bootstrap.

Every function takes labels int (n,), probs (n, k) and weights (b, n) >= 0 and returns (b,) scores. A
decision is the class of the highest probability; the lowest class wins a tie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podium.metrics.names import MAP_NAME, canonical

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Weighted = Callable[[Labels, Floats, Floats], Floats]

SMALLEST_PROB = 1e-15  # what competition servers clip at before the logarithm
MAP_CUTOFF = 5  # of `map_at_k` without a number: Kaggle's most frequent


@dataclass(frozen=True)
class Metric:
    """One metric. `wants` says what the submission is judged by: decisions, probabilities or ranks."""

    name: str
    weighted: Weighted
    greater_is_better: bool = True
    wants: Literal["labels", "probs", "ranks"] = "labels"
    priors_help: bool = False  # decisions other than the likeliest class can score higher

    def function(self, labels: np.ndarray, probs: np.ndarray) -> float:
        """The score of probs (n, k) against labels (n,)."""
        return float(self.scores(labels, probs, np.ones((1, len(labels))))[0])

    def scores(self, labels: np.ndarray, probs: np.ndarray, weights: Floats) -> Floats:
        """(b,) scores of the same predictions under b sets of image weights (b, n)."""
        return self.weighted(np.asarray(labels, np.int64), np.asarray(probs, np.float64), weights)

    def goodness(self, score: float) -> float:
        """The score with its sign turned so that more is better."""
        return score if self.greater_is_better else -score


def get(name: str) -> Metric:
    """The metric of that name or alias. Raises UserError with the nearest name."""
    known = canonical(name)
    cutoff = MAP_NAME.fullmatch(known)
    if cutoff or known == "map_at_k":
        return _map(known, int(cutoff[1]) if cutoff else MAP_CUTOFF)
    return METRICS[known]


def _share(hits: Floats, weights: Floats) -> Floats:
    total = weights @ hits
    return np.asarray(total / weights.sum(1))


def _accuracy(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    return _share((probs.argmax(1) == labels).astype(np.float64), weights)


def _counts(labels: Labels, probs: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """(b, k) each: right decisions, images and decisions of every class."""
    k = probs.shape[1]
    truth, choice = np.eye(k)[labels], np.eye(k)[probs.argmax(1)]
    return weights @ (truth * choice), weights @ truth, weights @ choice


def _mean_over(values: Floats, present: NDArray[np.bool_]) -> Floats:
    return np.asarray((values * present).sum(1) / np.maximum(present.sum(1), 1))


def _balanced_accuracy(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    right, images, _ = _counts(labels, probs, weights)
    return _mean_over(right / np.where(images > 0, images, 1), images > 0)


def _f1(right: Floats, images: Floats, decisions: Floats) -> Floats:
    both = images + decisions
    return 2 * right / np.where(both > 0, both, 1)


def _f1_macro(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    right, images, decisions = _counts(labels, probs, weights)
    return _mean_over(_f1(right, images, decisions), images + decisions > 0)


def _f1_weighted(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    right, images, decisions = _counts(labels, probs, weights)
    return np.asarray((_f1(right, images, decisions) * images).sum(1) / images.sum(1))


def _log_loss(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    given = probs[np.arange(len(labels)), labels] / np.maximum(probs.sum(1), SMALLEST_PROB)
    return _share(-np.log(np.clip(given, SMALLEST_PROB, 1)), weights)


def _roc_auc(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    """One class against the rest, the mean over classes that have both; ties count half."""
    areas = np.stack([_auc(labels == c, probs[:, c], weights) for c in range(probs.shape[1])], axis=1)
    return _mean_over(np.nan_to_num(areas), np.isfinite(areas))


def _auc(positive: NDArray[np.bool_], scores: Floats, weights: Floats) -> Floats:
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])  # of each run of equal scores
    ups = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    downs = np.add.reduceat((weights * ~positive)[:, order], starts, axis=1)
    below = np.cumsum(downs, axis=1) - downs / 2
    pairs = ups.sum(1) * downs.sum(1)
    return np.where(pairs > 0, (ups * below).sum(1) / np.where(pairs > 0, pairs, 1), np.nan)


def _quadratic_kappa(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    """1 - observed / expected squared distance of class indices; 1 where nothing varies."""
    _, images, decisions = _counts(labels, probs, weights)
    classes = np.arange(probs.shape[1])
    distance = (classes[:, None] - classes[None, :]) ** 2.0
    expected = ((images @ distance) * decisions).sum(1) / weights.sum(1)
    observed = weights @ (labels - probs.argmax(1)) ** 2.0
    return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1), 1.0)


def _map(name: str, cutoff: int) -> Metric:
    def weighted(labels: Labels, probs: Floats, weights: Floats) -> Floats:
        order = np.argsort(-probs, axis=1, kind="stable")[:, :cutoff]
        hits = order == labels[:, None]
        return _share((hits / np.arange(1, order.shape[1] + 1)).sum(1), weights)

    return Metric(name, weighted, wants="ranks")


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", _accuracy),
        Metric("balanced_accuracy", _balanced_accuracy, priors_help=True),
        Metric("f1_macro", _f1_macro, priors_help=True),
        Metric("f1_weighted", _f1_weighted, priors_help=True),
        Metric("log_loss", _log_loss, greater_is_better=False, wants="probs"),
        Metric("roc_auc", _roc_auc, wants="ranks"),
        Metric("quadratic_kappa", _quadratic_kappa, priors_help=True),
        _map("map_at_k", MAP_CUTOFF),
    )
}
