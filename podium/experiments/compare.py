"""Two runs on the same images: how much better one is, as paired samples tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.metrics.intervals import LEVEL, replicates
from podium.metrics.metric import Metric

ROUNDING = (
    1e-5  # of the score: float32 rounds off less; a vote of one network, by another voter, was "worse" by it
)


@dataclass(frozen=True)
class Difference:
    """A run's score less another's, in the metric's own unit, with its paired 95 % interval."""

    score: float
    low: float
    high: float
    images: int
    greater_is_better: bool

    @property
    def word(self) -> str:
        """better, worse, the same, or not to be told apart: what the interval allows to say."""
        if self.low == self.high == 0:
            return "the same"
        if self.low > 0 or self.high < 0:
            return "better" if (self.low > 0) == self.greater_is_better else "worse"
        return "not to be told apart"

    def text(self) -> str:
        """The difference, its interval and the word, in one line."""
        if self.low == self.high == 0:
            return self.word
        return f"{self.score:+.4f} ({self.low:+.4f} to {self.high:+.4f}): {self.word}"


def difference(
    metric: Metric,
    labels: NDArray[np.int64],
    ours: np.ndarray,
    theirs: np.ndarray,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> Difference:
    """Of predictions (n, k) of the same images: bootstrap samples of whole groups, the same for both."""
    scores = [metric.function(labels, probs) for probs in (ours, theirs)]
    gained = scores[0] - scores[1]
    samples = [replicates(metric, labels, probs, groups, seed) for probs in (ours, theirs)]
    low, high = np.quantile(samples[0] - samples[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if max(abs(gained), abs(low), abs(high)) <= ROUNDING * max(map(abs, scores)):
        gained = low = high = 0.0
    return Difference(gained, float(low), float(high), len(labels), metric.greater_is_better)
