"""Weighted vote: the mean of the probabilities, weighted by how far each member's score is above chance.

The weight is log(p / (1 - p)) + log(k - 1), p the member's score: the best weights for independent
members (Kuncheva 2004, 4.3.1; Zhu et al. 2009 for k classes). Chance weighs 0, and nothing weighs less.
"""

import numpy as np

from podium.metrics.metric import Metric
from podium.vote import graph as graphs
from podium.vote.voter import Combine, Context, GraphVote, Learnt, Probs, WeightedMean, arithmetic_mean

COMPLEXITY = 40
FITTED = True
merge_folds = arithmetic_mean

SUREST = 1e-4  # a perfect score weighs as one of 1 - 1e-4: the logarithm must end


def fit(oof: Probs, labels: np.ndarray, context: Context) -> Combine:
    """Weights from each member's own score."""
    return WeightedMean(weights(oof, labels, context.metric))


def weights(oof: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(m,) weights that sum to 1; equal ones where no member is above chance."""
    scores = np.array([_share(metric, metric.function(labels, probs)) for probs in oof])
    k = oof.shape[2]
    odds = np.log(scores / (1 - scores)) + np.log(k - 1)
    above = np.maximum(odds, 0.0)
    return above / above.sum() if above.sum() > 0 else np.full(len(oof), 1 / len(oof))


def _share(metric: Metric, score: float) -> float:
    """The score as a share in (0, 1): a log loss becomes the probability that a typical image got."""
    share = score if metric.greater_is_better else float(np.exp(-score))
    return float(np.clip(share, SUREST, 1 - SUREST))


def graph(learnt: Learnt) -> GraphVote:
    """The mean under the same weights."""
    assert isinstance(learnt, WeightedMean)
    return graphs.weighted(learnt.weights)
