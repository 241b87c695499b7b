"""Bi-tempered logistic loss: bounded, with a heavy-tailed softmax, so that far-off labels pull little."""

import torch
from torch import Tensor

ROUNDS = 30  # of the fixed point that makes probabilities sum to 1


def softmax(logits: Tensor, targets: Tensor, t1: float = 0.8, t2: float = 1.2) -> Tensor:
    """Of each row, (n,): -sum_j t_j log_t1 p_j + (sum_j p_j ** (2 - t1) - 1) / (2 - t1), p tempered by t2.

    t1 in [0, 1) bounds what one label costs, t2 above 1 gives the tails; Amid et al. 2019 (their divergence,
    less what depends on targets alone). Near 1 both, it is cross-entropy.
    """
    if not 0 <= t1 < 1 < t2 <= 3:
        raise ValueError((t1, t2))
    probs = _tempered(logits.float(), t2)
    logs = (probs.clamp_min(torch.finfo(probs.dtype).tiny) ** (1 - t1) - 1) / (1 - t1)
    return -(targets * logs).sum(1) + ((probs ** (2 - t1)).sum(1) - 1) / (2 - t1)


def _tempered(logits: Tensor, t: float) -> Tensor:
    """(n, c) exp_t(logits - lambda), lambda such that rows sum to 1.

    Lambda is found without a gradient; one step of Newton's method from there has the exact one.
    """
    with torch.no_grad():
        norm = _norm(logits, t)
        slope = (_exp(logits - norm, t) ** t).sum(1, keepdim=True)
    norm = norm + (_exp(logits - norm, t).sum(1, keepdim=True) - 1) / slope
    return _exp(logits - norm, t)


def _norm(logits: Tensor, t: float) -> Tensor:
    most = logits.max(1, keepdim=True).values
    start = logits - most
    moved = start
    for _ in range(ROUNDS):
        total = _exp(moved, t).sum(1, keepdim=True)
        moved = start * total ** (1 - t)
    total = _exp(moved, t).sum(1, keepdim=True)
    return (total ** (t - 1) - 1) / (t - 1) + most


def _exp(x: Tensor, t: float) -> Tensor:
    return (1 + (1 - t) * x).clamp_min(torch.finfo(x.dtype).tiny) ** (1 / (1 - t))
