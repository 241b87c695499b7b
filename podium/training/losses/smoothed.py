"""Cross-entropy with label smoothing as timm and torch know it."""

from torch import Tensor
from torch.nn import functional


def loss(logits: Tensor, targets: Tensor, smoothing: float = 0.05) -> Tensor:
    """Cross-entropy to (1 - smoothing) t + smoothing / k, (n,); smoothing [0, 1). Szegedy et al. 2016."""
    return functional.cross_entropy(logits, targets, reduction="none", label_smoothing=smoothing)
