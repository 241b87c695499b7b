"""How sure a score is: a bootstrap over groups of images, and the spread over folds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from podium.foundation.run import derive
from podium.metrics.metric import Floats, Metric

REPLICATES = 1000
LEVEL = 0.95
CHUNK_CELLS = 1 << 22  # weights held at a time: 32 MB


@dataclass(frozen=True)
class Interval:
    """A score, its 95 % percentile interval and its standard error."""

    score: float
    low: float
    high: float
    error: float


def replicates(
    metric: Metric, labels: np.ndarray, probs: np.ndarray, groups: np.ndarray | None = None, seed: int = 0
) -> Floats:
    """(1000,) scores of bootstrap samples: whole groups drawn with replacement (Efron & Tibshirani 1993).

    The samples depend on `seed` and `groups` alone, so scores of different predictions are paired.
    """
    chunks = _weights(len(labels), groups, seed)
    return np.concatenate([metric.scores(labels, probs, weights) for weights in chunks])


def interval(
    metric: Metric, labels: np.ndarray, probs: np.ndarray, groups: np.ndarray | None = None, seed: int = 0
) -> Interval:
    """The score with its interval."""
    return summary(metric.function(labels, probs), replicates(metric, labels, probs, groups, seed))


def gained(
    metric: Metric,
    labels: np.ndarray,
    after: np.ndarray,
    before: np.ndarray,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """(what `after` gains over `before` on the same images, more being better; its paired standard error)."""
    gain = metric.goodness(metric.function(labels, after)) - metric.goodness(metric.function(labels, before))
    samples = [replicates(metric, labels, probs, groups, seed) for probs in (after, before)]
    return float(gain), float((samples[0] - samples[1]).std())


def summary(score: float, samples: Floats) -> Interval:
    """A score with the interval that bootstrap samples give."""
    low, high = np.quantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(score, float(low), float(high), float(samples.std()))


def by_fold(metric: Metric, labels: np.ndarray, probs: np.ndarray, folds: np.ndarray) -> list[float]:
    """The score of each fold, ascending."""
    return [metric.function(labels[folds == fold], probs[folds == fold]) for fold in np.unique(folds)]


def _weights(n: int, groups: np.ndarray | None, seed: int) -> Iterator[Floats]:
    """(b, n) times that each image is drawn, in chunks."""
    home = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(home.max()) + 1 if n else 0
    generator = np.random.default_rng(derive(seed, "bootstrap"))
    rows = max(1, CHUNK_CELLS // max(n, 1))
    for start in range(0, REPLICATES, rows):
        b = min(rows, REPLICATES - start)
        drawn = generator.integers(0, count, (b, count)) + np.arange(b)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=b * count).reshape(b, count)
        yield times[:, home].astype(np.float64)
