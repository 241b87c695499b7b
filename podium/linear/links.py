"""From a probe's scores to predictions: one link for each kind of target, with the loss that tunes it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from podium.tasks.links import softmax

Floats = NDArray[np.float64]

SHARPNESS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)  # what scores are multiplied by
MIDDLE = 8.0  # a sharpness that did well on three competitions
SMALLEST = 1e-7  # a probability below it is float32's rounding
RAREST = 1e-4  # a label's share is taken to be no rarer


class Link(Protocol):
    """How scores (n, c) of targets, whose mean over rows is `share` (c,), become logits and predictions."""

    @property
    def sharpness(self) -> tuple[float, ...]:
        """What scores may be multiplied by."""

    @property
    def middle(self) -> float:
        """The sharpness where nothing can choose it."""

    def offset(self, share: Floats, sharpness: float) -> Floats:
        """(c,) what is added to sharpness * scores to make logits."""

    def predictions(self, logits: Floats) -> Floats:
        """(n, c)."""

    def logits(self, predictions: Floats) -> Floats:
        """Logits (n, c) that give these predictions."""

    def losses(self, logits: Floats, targets: Floats) -> Floats:
        """(n,) each row's loss."""


@dataclass(frozen=True)
class Softmax:
    """One class an image: rows sum to 1; cross-entropy."""

    sharpness: tuple[float, ...] = SHARPNESS
    middle: float = MIDDLE

    def offset(self, share: Floats, sharpness: float) -> Floats:
        return np.zeros_like(share)

    def predictions(self, logits: Floats) -> Floats:
        return np.asarray(softmax(logits))

    def logits(self, predictions: Floats) -> Floats:
        return np.log(np.maximum(predictions, SMALLEST))

    def losses(self, logits: Floats, targets: Floats) -> Floats:
        top = logits.max(axis=1)
        total = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
        return np.asarray(total * targets.sum(axis=1) - (logits * targets).sum(axis=1))


@dataclass(frozen=True)
class Sigmoid:
    """Any number of labels an image: each value by itself; binary cross-entropy, mean over labels."""

    sharpness: tuple[float, ...] = SHARPNESS
    middle: float = MIDDLE

    def offset(self, share: Floats, sharpness: float) -> Floats:
        rare = np.clip(share, RAREST, 1 - RAREST)
        return np.asarray(np.log(rare / (1 - rare)) - sharpness * share)

    def predictions(self, logits: Floats) -> Floats:
        from scipy.special import expit

        return np.asarray(expit(logits))

    def logits(self, predictions: Floats) -> Floats:
        inside = np.clip(predictions, SMALLEST, 1 - SMALLEST)
        return np.asarray(np.log(inside / (1 - inside)))

    def losses(self, logits: Floats, targets: Floats) -> Floats:
        return np.asarray((np.logaddexp(0, logits) - targets * logits).mean(axis=1))


@dataclass(frozen=True)
class Identity:
    """Measured values; squared error in units of each column's spread in the judged rows."""

    sharpness: tuple[float, ...] = (1.0,)
    middle: float = 1.0

    def offset(self, share: Floats, sharpness: float) -> Floats:
        return np.zeros_like(share)

    def predictions(self, logits: Floats) -> Floats:
        return logits

    def logits(self, predictions: Floats) -> Floats:
        return predictions

    def losses(self, logits: Floats, targets: Floats) -> Floats:
        return np.asarray(np.square(logits - targets).mean(axis=1))


LINKS: dict[str, Link] = {"softmax": Softmax(), "sigmoid": Sigmoid(), "identity": Identity()}
