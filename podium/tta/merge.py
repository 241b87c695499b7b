"""Several views' logits become one row of probabilities."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from podium.tasks.links import LINKS
from podium.tasks.task import LinkName

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


def merge(logits: Array, how: str = "mean", on: str = "probs", link: LinkName = "softmax") -> Array:
    """Predictions (n, c) of logits (v, n, c); softmax's rows sum to 1.

    `on` says what is merged: each view's predictions (softmax's then normalised), or the logits, then linked.
    Numbers have no geometric mean: theirs is the mean.
    """
    exact, linked = logits.astype(np.float64), LINKS[link]
    how = "mean" if link == "identity" else how
    if on == "logits":
        return linked(MERGES[how](exact))
    merged = MERGES[how](linked(exact))
    if link != "softmax":
        return merged
    normal: Array = merged / merged.sum(-1, keepdims=True)
    return normal
