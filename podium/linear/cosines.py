"""Vectors of length one, whose products are cosines."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
TINY = 1e-12  # a vector of nothing stays one


def unit(vectors: Vectors) -> Vectors:
    """Each row (n, d) at length 1."""
    return np.asarray(vectors / _lengths(vectors), np.float32)


def centred(vectors: Vectors, known: int | None = None) -> Vectors:
    """Each row (n, d) less the mean of the first `known` (None: of all), at length 1."""
    made: Vectors = vectors - vectors[:known].mean(axis=0)
    made /= _lengths(made)  # in place: they may be many
    return made


def _lengths(vectors: Vectors) -> Vectors:
    return np.asarray(np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY))
