"""Hard vote: each member names one class; a class's probability is its share of the votes.

A member between two classes names the lowest; so does the decision over the shares.
"""

import numpy as np

from podium.vote.voter import Combine, Context, GraphVote, Learnt, Probs, arithmetic_mean

COMPLEXITY = 20
WANTS = ("labels", "ranks")  # a share of votes is no probability: one wrong at 1.0 costs 16 nats of log loss
merge_folds = arithmetic_mean
FITTED = False


def fit(_oof: Probs, _labels: np.ndarray, _context: Context) -> Combine:
    """Nothing is learnt."""
    return combine


def combine(probs: Probs) -> Probs:
    """(m, n, k) -> (n, k) shares of the votes."""
    votes = probs.argmax(2)
    return np.asarray(np.eye(probs.shape[2])[votes].mean(0))


def graph(_learnt: Learnt) -> GraphVote:
    """The same shares; the first of equal classes is the lowest in ONNX too."""
    import torch

    def voted(probs: torch.Tensor) -> torch.Tensor:
        """(m, f, n, k) -> (f, n, k)."""
        return (probs.argmax(-1, keepdim=True) == torch.arange(probs.shape[-1])).to(probs.dtype).mean(0)

    return voted
