"""Soft vote: the arithmetic mean of the predictions."""

from functools import partial

import numpy as np

from podium.vote import graph as graphs
from podium.vote.voter import Combine, Context, GraphVote, Learnt, Probs, arithmetic_mean

COMPLEXITY = 0
FITTED = False
TRUTHS = ("labels", "sets", "numbers")
merge_folds = arithmetic_mean


def fit(_oof: Probs, _labels: np.ndarray, context: Context) -> Combine:
    """Nothing is learnt."""
    return partial(arithmetic_mean, settle=context.settle)


def graph(_learnt: Learnt) -> GraphVote:
    """The same mean."""
    return graphs.arithmetic
