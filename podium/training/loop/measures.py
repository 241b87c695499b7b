"""What the history tells of a batch, whatever the loss: one pair of functions a link."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

Measure = Callable[[Tensor, Tensor], Tensor]  # logits and targets (n, c) -> (n,)


@dataclass(frozen=True)
class Measures:
    """The loss that validation shows, and how right each row is, at most 1: `accuracy` of the history."""

    loss: Measure
    right: Measure


def _hit(logits: Tensor, targets: Tensor) -> Tensor:
    return logits.argmax(1) == targets.argmax(1)


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(logits, targets, reduction="none")


def _hits(logits: Tensor, targets: Tensor) -> Tensor:
    """The share of labels that are right."""
    return ((logits >= 0) == (targets >= 0.5)).float().mean(1)


def _binary(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(1)


def _explained(logits: Tensor, targets: Tensor) -> Tensor:
    """1 less the squared error: of targets with spread 1 its mean is R2."""
    return 1 - _squared(logits, targets)


def _squared(logits: Tensor, targets: Tensor) -> Tensor:
    return ((logits - targets) ** 2).mean(1)


MEASURES = {
    "softmax": Measures(_cross_entropy, _hit),
    "sigmoid": Measures(_binary, _hits),
    "identity": Measures(_squared, _explained),
}
