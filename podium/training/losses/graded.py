"""Ordered classes: cross-entropy, and the squared distance of the expected class from the given one."""

import torch
from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor, share: float = 0.5) -> Tensor:
    """(1 - share) cross-entropy + share (expected class - target's)^2 of each row, (n,); share [0, 1]."""
    places = torch.arange(logits.shape[1], device=logits.device, dtype=logits.dtype)
    distance = (functional.softmax(logits, dim=1) - targets) @ places
    entropy = functional.cross_entropy(logits, targets, reduction="none")
    return (1 - share) * entropy + share * distance**2
