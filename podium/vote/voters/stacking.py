"""Stacking: multinomial logistic regression on the members' log probabilities (Wolpert 1992)."""

from dataclasses import dataclass

import numpy as np

from podium.tasks.links import softmax
from podium.vote.models import SMALLEST_INPUT
from podium.vote.voter import (
    Combine,
    Context,
    GraphVote,
    Learnt,
    Probs,
    arithmetic_mean,
    centred_logs,
)

COMPLEXITY = 60
FITTED = True
merge_folds = arithmetic_mean

C = 0.1  # inverse strength of the L2 penalty on standardised inputs: m k inputs overfit few images
MOST_STEPS = 500
ABSENT = -1e9  # in the graph, the logit of a class without a training image: its probability is 0


@dataclass(frozen=True)
class SoftmaxStack:
    """softmax(weights (m k, c) @ log probabilities + offsets (c,)) on the classes seen in training."""

    weights: Probs
    offsets: Probs
    seen: np.ndarray  # (c,) class numbers
    classes: int

    def __call__(self, probs: Probs) -> Probs:
        """(m, n, k) -> (n, k); a class without a training image gets 0."""
        logits = centred_logs(probs) @ self.weights + self.offsets
        voted = np.zeros(probs.shape[1:])
        voted[:, self.seen] = softmax(logits)
        return voted


def fit(oof: Probs, labels: np.ndarray, _context: Context) -> Combine:
    """The regression's weights, with the inputs' standardisation folded in."""
    from sklearn.linear_model import LogisticRegression

    inputs = centred_logs(oof)
    mean, scale = inputs.mean(0), np.maximum(inputs.std(0), 1e-6)
    model = LogisticRegression(C=C, max_iter=MOST_STEPS).fit((inputs - mean) / scale, labels)
    weights, offsets = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one column for two classes
        weights, offsets = np.hstack([0 * weights, weights]), np.array([0.0, offsets[0]])
    weights = weights / scale[:, None]
    return SoftmaxStack(weights, offsets - mean @ weights, model.classes_, oof.shape[2])


def graph(learnt: Learnt) -> GraphVote:
    """The same regression; a class without a training image keeps probability 0."""
    import torch

    assert isinstance(learnt, SoftmaxStack)
    weights = torch.zeros(len(learnt.weights), learnt.classes, dtype=torch.float64)
    offsets = torch.full((learnt.classes,), ABSENT, dtype=torch.float64)
    weights[:, learnt.seen] = torch.tensor(learnt.weights, dtype=torch.float64)
    offsets[learnt.seen] = torch.tensor(learnt.offsets, dtype=torch.float64)

    def voted(probs: torch.Tensor) -> torch.Tensor:
        """(m, f, n, k) -> (f, n, k)."""
        logs = probs.clamp(min=SMALLEST_INPUT).log()
        inputs = torch.cat(list((logs - logs.mean(-1, keepdim=True)).unbind(0)), -1)
        return torch.softmax(inputs @ weights + offsets, -1)

    return voted
