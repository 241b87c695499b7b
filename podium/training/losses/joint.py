"""A joint loss: part cross-entropy, part two-number smoothing (half and half by default)."""

from torch import Tensor
from torch.nn import functional


def softmax(
    logits: Tensor, targets: Tensor, share: float = 0.5, on: float = 0.9, off: float = 0.005
) -> Tensor:
    """share * cross-entropy + (1 - share) * two-number smoothed cross-entropy of each row, (n,)."""
    log_probs = functional.log_softmax(logits, dim=1)
    smoothed = on * targets + off * (1 - targets)
    return -((share * targets + (1 - share) * smoothed) * log_probs).sum(1)
