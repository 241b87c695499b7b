"""Soft vote: the arithmetic mean of the probabilities."""

import numpy as np

from podium.vote.voter import Combine, Context, Probs, arithmetic_mean

COMPLEXITY = 0
FITTED = False
merge_folds = arithmetic_mean


def fit(_oof: Probs, _labels: np.ndarray, _task: Context) -> Combine:
    """Nothing is learnt."""
    return arithmetic_mean
