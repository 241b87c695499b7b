"""Geometric vote: the normalised geometric mean, so that one member's certain no counts."""

import numpy as np

from podium.vote import graph as graphs
from podium.vote.voter import Combine, Context, GraphVote, Learnt, Probs, geometric_mean

COMPLEXITY = 10
FITTED = False
merge_folds = geometric_mean


def fit(_oof: Probs, _labels: np.ndarray, _context: Context) -> Combine:
    """Nothing is learnt."""
    return geometric_mean


def graph(_learnt: Learnt) -> GraphVote:
    """The same mean."""
    return graphs.geometric
