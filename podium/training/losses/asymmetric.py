"""Asymmetric loss for several labels: the many labels that an image lacks count less (Ridnik et al. 2021)."""

import torch
from torch import Tensor


def sigmoid(
    logits: Tensor, targets: Tensor, present: float = 0.0, absent: float = 2.0, shift: float = 0.05
) -> Tensor:
    """-t (1 - p)^present log p - (1 - t) q^absent log(1 - q), q = max(p - shift, 0), (n,); the labels' mean.

    The paper's exponents are 0 to 1 and 2 to 4; what lacks a label with p below `shift` costs nothing.
    """
    probs = torch.sigmoid(logits)
    low = (probs - shift).clamp(min=0)
    have = targets * (1 - probs) ** present * torch.log(probs.clamp(min=1e-8))
    lack = (1 - targets) * low**absent * torch.log((1 - low).clamp(min=1e-8))
    return -(have + lack).mean(1)
