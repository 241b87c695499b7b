"""Hill climbing: members added one by one, each as often as it helps the metric (Caruana et al. 2004).

Selection with replacement, over bags of members, whose counts are added up to weights. Between equal
scores the lower log loss wins, then the first member.
"""

import numpy as np

from podium.foundation.run import derive
from podium.metrics.metric import Metric
from podium.metrics.registry import get
from podium.vote import graph as graphs
from podium.vote.voter import Combine, Context, GraphVote, Learnt, Probs, WeightedMean, arithmetic_mean

COMPLEXITY = 50
FITTED = True
TRUTHS = ("labels", "sets", "numbers")
merge_folds = arithmetic_mean

BAGS = 10
BAG_SHARE = 2 / 3  # of the members, in each bag
STEPS = 20  # members a bag at most: weights in steps of 1/20 are finer than what scores can tell


def fit(oof: Probs, labels: np.ndarray, context: Context) -> Combine:
    """Weights from climbing in every bag."""
    m = len(oof)
    generator = np.random.default_rng(derive(context.seed, "hill_climbing"))
    size = min(m, max(2, int(np.ceil(m * BAG_SHARE))))
    counts = np.zeros(m)
    for _ in range(BAGS if size < m else 1):
        bag = np.sort(generator.choice(m, size, replace=False))
        counts[bag] += climb(oof[bag], labels, context.metric)
    return WeightedMean(counts / counts.sum(), context.settle)


def climb(oof: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(m,) how often each member was taken, as shares; stops where no further member helps."""
    counts, total = np.zeros(len(oof)), np.zeros(oof.shape[1:])
    best = (-np.inf, -np.inf)
    for step in range(1, STEPS + 1):
        found = [_worth((total + probs) / step, labels, metric) for probs in oof]
        member = max(range(len(oof)), key=found.__getitem__)
        if found[member] <= best:
            break
        best = found[member]
        counts[member] += 1
        total += oof[member]
    shares: Probs = counts / counts.sum()
    return shares


def _worth(probs: Probs, labels: np.ndarray, metric: Metric) -> tuple[float, float]:
    """The metric, more is better; then log loss of classes, turned likewise."""
    tie = 0.0 if metric.table is not None else -get("log_loss").function(labels, probs)
    return metric.goodness(metric.function(labels, probs)), tie


def graph(learnt: Learnt) -> GraphVote:
    """The mean under the same weights."""
    assert isinstance(learnt, WeightedMean)
    return graphs.weighted(learnt.weights)
