"""How wrong and how right each image is: what views, members and pictures are compared by.

Targets and predictions are (n, c); each function returns (n,).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.tasks.task import Truth

TINY = 1e-12
DECIDED = 0.5

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Each = Callable[[Array, Array], Floats]


@dataclass(frozen=True)
class ByRow:
    """The loss of each row, and its share of right decisions, at most 1."""

    losses: Each
    hits: Each


def _surprise(targets: Array, probs: Array) -> Floats:
    right = probs[np.arange(len(probs)), targets.argmax(1)].astype(np.float64)
    return np.asarray(-np.log(np.maximum(right, TINY)))


def _hit(targets: Array, probs: Array) -> Floats:
    return np.asarray(probs.argmax(1) == targets.argmax(1), np.float64)


def _surprises(targets: Array, probs: Array) -> Floats:
    sure = np.clip(probs.astype(np.float64), TINY, 1 - TINY)
    return np.asarray(-(targets * np.log(sure) + (1 - targets) * np.log1p(-sure)).mean(1))


def _hits(targets: Array, probs: Array) -> Floats:
    return np.asarray(((probs >= DECIDED) == (targets >= DECIDED)).mean(1))


def _squares(targets: Array, values: Array) -> Floats:
    """Squared errors in squared spreads of the targets."""
    spread = np.maximum(targets.std(0), TINY)
    return np.asarray((((values - targets) / spread) ** 2).mean(1))


def _explained(targets: Array, values: Array) -> Floats:
    """1 less the squared error: its mean is R2."""
    return np.asarray(1 - _squares(targets, values))


ROWS: dict[Truth, ByRow] = {
    "labels": ByRow(_surprise, _hit),
    "sets": ByRow(_surprises, _hits),
    "numbers": ByRow(_squares, _explained),
}
