"""Soft vote: the arithmetic mean of the predictions."""

from functools import partial

import numpy as np

from podium.vote.voter import Combine, Context, Probs, arithmetic_mean

COMPLEXITY = 0
FITTED = False
TRUTHS = ("labels", "sets", "numbers")
merge_folds = arithmetic_mean


def fit(_oof: Probs, _labels: np.ndarray, task: Context) -> Combine:
    """Nothing is learnt."""
    return partial(arithmetic_mean, settle=task.settle)
