"""Generalised cross-entropy: between cross-entropy and the absolute error; wrong labels pull less."""

from torch import Tensor
from torch.nn import functional


def softmax(logits: Tensor, targets: Tensor, q: float = 0.7) -> Tensor:
    """sum_j t_j (1 - p_j ** q) / q of each row, (n,); q in (0, 1], near 0 cross-entropy, 1 absolute error.

    Zhang and Sabuncu 2018, who take 0.7. A label that the network finds unlikely has hardly a gradient.
    """
    if not 0 < q <= 1:
        raise ValueError(q)
    return (targets * (1 - (q * functional.log_softmax(logits, dim=1)).exp()) / q).sum(1)


def sigmoid(logits: Tensor, targets: Tensor, q: float = 0.7) -> Tensor:
    """The same of each label and of its absence, the mean over labels, (n,)."""
    if not 0 < q <= 1:
        raise ValueError(q)
    have = targets * (1 - (q * functional.logsigmoid(logits)).exp())
    lack = (1 - targets) * (1 - (q * functional.logsigmoid(-logits)).exp())
    return ((have + lack) / q).mean(1)
