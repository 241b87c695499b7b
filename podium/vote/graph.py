"""The votes that a graph can hold, as operations on tensors (m, …, n, k) over m; torch is imported late."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from podium.vote.voter import SMALLEST, Combine, GraphVote, Probs, arithmetic_mean, geometric_mean

if TYPE_CHECKING:
    from torch import Tensor


def normalised(values: "Tensor") -> "Tensor":
    """Rows (…, k) that sum to 1."""
    return values / values.sum(-1, keepdim=True)


def arithmetic(probs: "Tensor") -> "Tensor":
    """podium.vote.voter.arithmetic_mean."""
    return normalised(probs.mean(0))


def geometric(probs: "Tensor") -> "Tensor":
    """podium.vote.voter.geometric_mean."""
    return normalised(probs.clamp(min=SMALLEST).log().mean(0).exp())


def weighted(weights: Probs) -> GraphVote:
    """podium.vote.voter.WeightedMean with weights (m,)."""
    import torch

    shares = torch.tensor(weights, dtype=torch.float32).view(-1, 1, 1, 1)
    return lambda probs: normalised((probs * shares).sum(0))


# A voter's merge_folds as a graph has it; a voter with another one has no graph.
MEANS: dict[Combine, Callable[["Tensor"], "Tensor"]] = {
    arithmetic_mean: arithmetic,
    geometric_mean: geometric,
}
