"""Cross-entropy with label smoothing as timm and torch know it; of numbers a loss that is smooth at 0."""

from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor, smoothing: float = 0.05) -> Tensor:
    """Cross-entropy to (1 - smoothing) t + smoothing / k, (n,); smoothing [0, 1). Szegedy et al. 2016."""
    return functional.cross_entropy(logits, targets, reduction="none", label_smoothing=smoothing)


def sigmoid(logits: Tensor, targets: Tensor, smoothing: float = 0.05) -> Tensor:
    """Binary cross-entropy to (1 - smoothing) t + smoothing / 2, the mean over labels, (n,)."""
    smooth = (1 - smoothing) * targets + smoothing / 2
    return functional.binary_cross_entropy_with_logits(logits, smooth, reduction="none").mean(1)


def identity(logits: Tensor, targets: Tensor, smoothing: float = 1.0) -> Tensor:
    """Half the squared error below `smoothing` spreads, linear beyond, the mean over columns, (n,).

    Huber 1964; no outlier pulls more than an error of that size does.
    """
    return functional.huber_loss(logits, targets, reduction="none", delta=smoothing).mean(1)
