"""The votes that a graph can hold, as operations on float64 tensors (m, …, n, k) over m.

Who asks settles what they give as the task's predictions. torch is imported late.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from podium.vote.voter import SMALLEST, Combine, GraphVote, Probs, arithmetic_mean, geometric_mean

if TYPE_CHECKING:
    from torch import Tensor


def arithmetic(probs: "Tensor") -> "Tensor":
    """podium.vote.voter.arithmetic_mean, not settled yet."""
    return probs.mean(0)


def geometric(probs: "Tensor") -> "Tensor":
    """podium.vote.voter.geometric_mean, not settled yet."""
    return probs.clamp(min=SMALLEST).log().mean(0).exp()


def weighted(weights: Probs) -> GraphVote:
    """podium.vote.voter.WeightedMean with weights (m,), not settled yet."""
    import torch

    shares = torch.tensor(weights, dtype=torch.float64).view(-1, 1, 1, 1)
    return lambda probs: (probs * shares).sum(0)


# A voter's merge_folds as a graph has it; a voter with another one has no graph.
MEANS: dict[Combine, Callable[["Tensor"], "Tensor"]] = {
    arithmetic_mean: arithmetic,
    geometric_mean: geometric,
}
