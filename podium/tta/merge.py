"""Several views' logits become one row of probabilities."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
TINY = 1e-12  # keeps a probability of 0 in one view from deciding alone


def _mean(values: Array) -> Array:
    found: Array = values.mean(0)
    return found


def _gmean(values: Array) -> Array:
    found: Array = np.exp(np.log(np.maximum(values, TINY)).mean(0))
    return found


def _max(values: Array) -> Array:
    found: Array = values.max(0)
    return found


MERGES: dict[str, Callable[[Array], Array]] = {"mean": _mean, "gmean": _gmean, "max": _max}


def merge(logits: Array, how: str = "mean", on: str = "probs", temperature: float = 1.0) -> Array:
    """Probabilities (n, k), rows summing to 1, of logits (v, n, k) divided by `temperature`.

    `on` says what is merged: each view's probabilities (then normalised), or the logits (then softmax).
    """
    scaled = logits.astype(np.float64) / temperature
    if on == "logits":
        return softmax(MERGES[how](scaled))
    merged = MERGES[how](softmax(scaled))
    normal: Array = merged / merged.sum(-1, keepdims=True)
    return normal


def softmax(logits: Array) -> Array:
    """Probabilities over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    normal: Array = powers / powers.sum(-1, keepdims=True)
    return normal
