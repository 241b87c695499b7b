"""One metric, and the arithmetic that several share.

Every metric is computed under any weights of the images: one code for a score and for its bootstrap. Its
function takes the truth, predictions (n, c) and weights (b, n) >= 0 and returns (b,) scores. Where a page
says what each column counts, it takes that (c,) as `columns`, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Calibrations = Literal["none", "temperature", "priors", "thresholds", "grades", "unknown"]
Weighted = Callable[..., Floats]  # (truth, predictions, weights), and `columns` where it can

SMALLEST_PROB = 1e-15  # what competition servers clip at before the logarithm


@dataclass(frozen=True)
class Metric:
    """One metric. `wants` says what the submission is judged by: decisions, probabilities or ranks.

    Labels (n,) number the competition's answers. A metric of sets or numbers judges the targets (n, c) that
    its table (a, c) has for them.
    """

    name: str
    weighted: Weighted
    greater_is_better: bool = True
    wants: Literal["labels", "probs", "ranks"] = "labels"
    suits: tuple[Calibrations, ...] = ()  # what can turn predictions so that it gains
    table: NDArray[np.float32] | None = None
    weighable: bool = False  # whether columns, or images by their class, may count differently
    columns: Floats | None = None  # (c,) what each counts; left out, all alike
    unknown: int | None = None  # the class that stands for what is none of the others

    def counting(self, columns: Sequence[float]) -> "Metric":
        """The metric under which columns (c,) count so much; none: all alike."""
        assert self.weighable or not len(columns), f"{self.name} has no weights of columns"
        return replace(self, columns=np.array(columns, np.float64) if len(columns) else None)

    def placing(self, unknown: int) -> "Metric":
        """The metric under which that class, of what is none of the others, may be placed by a threshold."""
        return replace(self, unknown=unknown, suits=(*self.suits, "unknown"))

    def on(self, table: NDArray[np.float32]) -> "Metric":
        """The metric of answers that have these targets (a, c)."""
        return replace(self, table=table)

    def function(self, labels: np.ndarray, probs: np.ndarray) -> float:
        """The score of predictions (n, c) against labels (n,), or against targets (n, c)."""
        return float(self.scores(labels, probs, np.ones((1, len(labels))))[0])

    def scores(self, labels: np.ndarray, probs: np.ndarray, weights: Floats) -> Floats:
        """(b,) scores of the same predictions under b sets of image weights (b, n)."""
        counts = {} if self.columns is None else {"columns": self.columns}
        return self.weighted(self._truth(labels), np.asarray(probs, np.float64), weights, **counts)

    def goodness(self, score: float) -> float:
        """The score with its sign turned so that more is better."""
        return score if self.greater_is_better else -score

    def _truth(self, labels: np.ndarray) -> np.ndarray:
        if self.table is not None and labels.ndim == 1:
            labels = self.table[labels]
        return np.asarray(labels, np.int64 if labels.ndim == 1 else np.float64)


def share(hits: Floats, weights: Floats) -> Floats:
    """(b,) weighted means of hits (n,)."""
    total = weights @ hits
    return np.asarray(total / weights.sum(1))


def mean_over(values: Floats, present: NDArray[np.bool_], columns: Floats | None = None) -> Floats:
    """(b,) means of values (b, k) over those present, which count columns (k,); 0 where none is."""
    counts = present * (np.ones(values.shape[1]) if columns is None else columns)
    total = counts.sum(1)
    return np.asarray((values * counts).sum(1) / np.where(total > 0, total, 1))


def by_class(weights: Floats, labels: Labels, columns: Floats | None) -> Floats:
    """The weights (b, n) of images, each as often as its class counts."""
    return weights if columns is None else weights * columns[labels]


def f1(right: Floats, images: Floats, decisions: Floats) -> Floats:
    """2 right / (images + decisions); 0 where there are neither."""
    both = images + decisions
    return 2 * right / np.where(both > 0, both, 1)


def auc(positive: NDArray[np.bool_], scores: Floats, weights: Floats) -> Floats:
    """(b,) areas under the ROC curve of scores (n,); ties count half; not a number where one side lacks."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])  # of each run of equal scores
    ups = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    downs = np.add.reduceat((weights * ~positive)[:, order], starts, axis=1)
    below = np.cumsum(downs, axis=1) - downs / 2
    pairs = ups.sum(1) * downs.sum(1)
    return np.where(pairs > 0, (ups * below).sum(1) / np.where(pairs > 0, pairs, 1), np.nan)
