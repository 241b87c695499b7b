"""OUSM: the largest losses of a batch do not count, for their labels are the likeliest to be wrong."""

import torch
from torch import Tensor

from podium.training.losses import cross_entropy


def softmax(logits: Tensor, targets: Tensor, share: float = 0.06) -> Tensor:
    """Cross-entropy (n,), that of the `share` of the batch with the largest values set to 0; [0, 1).

    "Online uncertainty sample mining" as the winners of PANDA (Kaggle, 2020) used it on labels of one
    annotator: 2 rows of a batch of 32. A batch too small for a whole row loses none; ties: the first rows.
    """
    return _without_the_largest(cross_entropy.softmax(logits, targets), share)


def sigmoid(logits: Tensor, targets: Tensor, share: float = 0.06) -> Tensor:
    """The same of binary cross-entropy, the mean over labels, (n,)."""
    return _without_the_largest(cross_entropy.sigmoid(logits, targets), share)


def _without_the_largest(losses: Tensor, share: float) -> Tensor:
    if not 0 <= share < 1:
        raise ValueError(share)
    largest = torch.argsort(losses.detach(), descending=True, stable=True)[: round(share * len(losses))]
    return losses.index_fill(0, largest, 0.0)
