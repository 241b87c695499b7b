"""Ridge regression in closed form on standardised vectors, for every set of training folds.

With more images than dimensions sums of squares add up over folds, so that every training set is a
subtraction away; with fewer, the equations of the images are smaller than those of the dimensions (the dual).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (n, d)
Targets = NDArray[np.float32]  # (n, c)
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

BLOCK = 16_384  # rows that are copied at a time: 84 MB of 1,280 numbers
FLOOR = 1e-6  # of a variance: constant columns


@dataclass(frozen=True)
class LinearScore:
    """score = x @ weights + bias."""

    weights: Floats  # (d, c)
    bias: Floats  # (c,)

    def scores(self, vectors: Vectors) -> Floats:
        """(m, c) of vectors (m, d)."""
        return np.asarray((vectors @ self.weights.astype(np.float32)).astype(np.float64) + self.bias)


@dataclass(frozen=True)
class Sums:
    """What ridge regression needs of some rows: sums over them, of which subtraction is exact enough."""

    count: float  # of weights
    vector: Floats  # (d,)
    square: Floats  # (d, d)
    target: Floats  # (c,)
    cross: Floats  # (d, c)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))


class Ridge:
    """Ridge regression of targets on vectors, with any of the folds left out."""

    def __init__(
        self,
        vectors: Vectors,
        targets: Targets,
        weights: Floats,
        rows: list[Rows],
        centre: Vectors | None = None,
    ) -> None:
        """`rows` are those of each fold; `weights` (n,) count a row's share, 0 leaves it out.

        `centre` (d,) is taken from the vectors, BLOCK rows at a time: no copy of all of them is made.
        """
        self._vectors, self._targets, self._weights = vectors, targets, weights
        self._centre = np.zeros(vectors.shape[1], np.float32) if centre is None else centre
        self._rows = [part[weights[part] > 0] for part in rows]
        largest = sum(len(part) for part in self._rows)
        self._dual = largest <= vectors.shape[1]
        self._sums = [] if self._dual else [self._of(part) for part in self._rows]
        self._whole = _total(self._sums) if self._sums else None

    def without(self, left_out: tuple[int, ...], penalties: list[float]) -> list[LinearScore]:
        """The solution for each penalty (times the number of images) on the folds that stay."""
        if self._whole is None:
            stay = [part for fold, part in enumerate(self._rows) if fold not in left_out]
            used = np.concatenate(stay) if stay else np.empty(0, np.int64)
            return dual(self._centred(used), self._targets[used], self._weights[used], penalties)
        sums = self._whole
        for fold in left_out:
            sums = sums - self._sums[fold]
        return primal(sums, penalties)

    def _of(self, used: Rows) -> Sums:
        return _total(
            [sums_of(self._centred(some), self._targets[some], self._weights[some]) for some in blocks(used)]
        )

    def _centred(self, used: Rows) -> Vectors:
        return np.asarray(self._vectors[used] - self._centre)


def blocks(used: Rows) -> list[Rows]:
    """The rows, BLOCK of them at a time; at least one block."""
    return [used[at : at + BLOCK] for at in range(0, max(len(used), 1), BLOCK)]


def sums_of(vectors: Vectors, targets: Targets, weights: Floats) -> Sums:
    """The sums over some rows, each with its weight."""
    weighted = vectors * weights[:, None].astype(np.float32)
    return Sums(
        float(weights.sum()),
        weighted.sum(axis=0, dtype=np.float64),
        (weighted.T @ vectors).astype(np.float64),
        (targets * weights[:, None]).sum(axis=0, dtype=np.float64),
        (weighted.T @ targets).astype(np.float64),
    )


def _total(sums: list[Sums]) -> Sums:
    return Sums(*(sum(getattr(part, name) for part in sums) for name in Sums.__dataclass_fields__))


def primal(sums: Sums, penalties: list[float]) -> list[LinearScore]:
    """Solves the equations of the dimensions (d, d)."""
    count = max(sums.count, 1.0)
    mean, share = sums.vector / count, sums.target / count
    square = sums.square / count - np.outer(mean, mean)
    scale = 1 / np.sqrt(np.maximum(np.diag(square), FLOOR))
    # fewer vectors than dimensions: single precision loses the small penalty and with it the definiteness
    kind = np.dtype(np.float32 if sums.count > len(square) else np.float64)
    square = (square * np.outer(scale, scale)).astype(kind)
    cross = ((sums.cross / count - np.outer(mean, share)) * scale[:, None]).astype(kind)
    return [
        _line(_solve(square, penalty, cross).astype(np.float64) * scale[:, None], mean, share)
        for penalty in penalties
    ]


def dual(vectors: Vectors, targets: Targets, weights: Floats, penalties: list[float]) -> list[LinearScore]:
    """Solves the equations of the images (n, n); the same solution as `primal`'s."""
    count = max(float(weights.sum()), 1.0)
    mean = (weights @ vectors.astype(np.float64)) / count
    share = (weights @ targets.astype(np.float64)) / count
    centred = vectors - mean.astype(np.float32)
    variance = (weights @ np.square(centred, dtype=np.float64)) / count
    scale = 1 / np.sqrt(np.maximum(variance, FLOOR))
    root = np.sqrt(weights)[:, None]
    scaled = centred * (root * scale).astype(np.float32)
    square = (scaled @ scaled.T).astype(np.float64) / count
    wanted = root * (targets - share) / count
    return [
        _line((scaled.T @ _solve(square, penalty, wanted)) * scale[:, None], mean, share)
        for penalty in penalties
    ]


def _line(weights: Floats, mean: Floats, share: Floats) -> LinearScore:
    return LinearScore(weights, share - mean @ weights)


def _solve(square: NDArray[Any], penalty: float, wanted: NDArray[Any]) -> NDArray[Any]:
    """(square + penalty)^-1 wanted, of standardised columns: their diagonal is about 1.

    NumPy's solver and not SciPy's Cholesky, half as many operations: each library brings a BLAS with threads
    of its own, and on two busy cores the two waited for each other, 0.1 s for 400 rows in place of 2 ms.
    """
    shifted = square.copy()
    shifted[np.diag_indices(len(shifted))] += square.dtype.type(penalty)
    return np.asarray(np.linalg.solve(shifted, wanted))
