"""From logits to predictions: one function a link, over the last axis."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def normalised(values: NDArray[Any]) -> NDArray[Any]:
    """Rows of non-negative values scaled to sum to 1; an all-zero row becomes uniform."""
    total = values.sum(-1, keepdims=True)
    return np.where(total > 0, values / np.where(total > 0, total, 1), 1 / values.shape[-1])


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities that sum to 1."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    normal: NDArray[Any] = powers / powers.sum(-1, keepdims=True)
    return normal


def sigmoid(logits: Floats) -> Floats:
    """A probability for each column by itself."""
    small = np.exp(-np.abs(logits))
    found: Floats = np.where(logits >= 0, 1 / (1 + small), small / (1 + small))
    return found


def identity(logits: Floats) -> Floats:
    """The numbers as they are."""
    return logits


LINKS: dict[str, Callable[[Floats], Floats]] = {"softmax": softmax, "sigmoid": sigmoid, "identity": identity}
