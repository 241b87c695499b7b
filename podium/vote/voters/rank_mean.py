"""Rank mean: each member's probabilities of a class become ranks over the images, and ranks are averaged.

For metrics of order (ROC AUC) and members that disagree on how sure they are. Ranks depend on the other
images that are predicted with them.
"""

from functools import partial

import numpy as np

from podium.tasks.links import normalised
from podium.vote.voter import Combine, Context, Probs, arithmetic_mean

COMPLEXITY = 30
WANTS = ("ranks",)  # for decisions or probabilities it would impose the images' own class shares
GIVES = "ranks"  # and no probabilities: what judges those says nothing of them
NO_GRAPH = "depends on which other images are there"
merge_folds = arithmetic_mean
FITTED = False
TRUTHS = ("labels", "sets")


def fit(_oof: Probs, _labels: np.ndarray, context: Context) -> Combine:
    """Nothing is learnt."""
    return partial(combine, settle=context.settle)


def combine(probs: Probs, settle: Combine = normalised) -> Probs:
    """(m, n, k) -> (n, k); equal probabilities share the mean of their ranks."""
    from scipy.stats import rankdata

    return settle(rankdata(probs, axis=1).mean(0) / (probs.shape[1] + 1))
