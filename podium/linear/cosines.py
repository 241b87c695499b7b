"""Vectors of length one, whose products are cosines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
TINY = 1e-12  # a vector of nothing stays one
LEAST = 1e-9  # of a column's spread: constant columns
BLOCK = 2048  # rows that are copied at a time: 10 MB of 1,280 numbers


@dataclass(frozen=True)
class Units:
    """Vectors (n, d) less `centre` (d,), over `spread` (d,), at length 1: made where they are asked for.

    So many vectors may be mapped from the disk: no copy of all of them is held.
    """

    vectors: Vectors
    centre: Vectors
    spread: Vectors | float = 1.0

    def __getitem__(self, rows: Any) -> Vectors:
        return unit((self.vectors[rows] - self.centre) / self.spread)

    def blocks(self) -> Iterator[tuple[slice, Vectors]]:
        """All rows, BLOCK of them at a time: which, and their vectors."""
        for start in range(0, len(self.vectors), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self.vectors)))
            yield rows, self[rows]


def unit(vectors: Vectors) -> Vectors:
    """Each row (n, d) at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY), np.float32)


def centred(vectors: Vectors) -> Units:
    """Each row (n, d) less the mean of all, at length 1."""
    return Units(vectors, vectors.mean(axis=0))


def scale(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The mean and the spread (standard deviation, never 0) of each column of (n, d)."""
    mean = np.asarray(vectors.mean(axis=0))
    squares = np.zeros(vectors.shape[1])
    for start in range(0, len(vectors), BLOCK):
        squares += np.square(vectors[start : start + BLOCK] - mean).sum(axis=0, dtype=np.float64)
    return mean, np.maximum(np.sqrt(squares / max(len(vectors), 1)), LEAST).astype(np.float32)
