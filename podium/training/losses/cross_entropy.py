"""Cross-entropy; of several labels the mean of their binary ones."""

from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor) -> Tensor:
    """-sum_j t_j log p_j of each row, (n,)."""
    return functional.cross_entropy(logits, targets, reduction="none")


def sigmoid(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean over labels of -t log p - (1 - t) log(1 - p), (n,)."""
    return functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(1)
