"""Label smoothing as two numbers: one on the label, another on each other class; they need not sum to 1."""

from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor, on: float = 0.9, off: float = 0.005) -> Tensor:
    """-sum_j (on t_j + off (1 - t_j)) log p_j of each row, (n,)."""
    log_probs = functional.log_softmax(logits, dim=1)
    return -((on * targets + off * (1 - targets)) * log_probs).sum(1)
