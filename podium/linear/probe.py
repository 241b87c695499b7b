"""A quick linear classifier on embeddings, always judged out of fold: standardised, strongly regularised.

Ridge regression on the classes' indicators in closed form; a softmax of its scores gives probabilities.
Everything is fitted inside the training folds: the scaler, and penalty and sharpness by the log loss of
folds within them. Sums of squares add up over folds, so that every training set is a subtraction away.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (n, d)
Probs = NDArray[np.float64]  # (n, k)
Labels = NDArray[np.int64]  # (n,)
Floats = NDArray[np.float64]

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)  # times the number of images
SHARPNESS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)  # what scores are multiplied by
JUDGED = 4000  # rows a fold that choose penalty and sharpness
FLOOR = 1e-6  # of a variance: constant columns
LARGEST_POWER = 9  # of ten, by which a penalty may grow


@dataclass(frozen=True)
class _Sums:
    """What ridge regression needs of some rows: sums over them, of which subtraction is exact enough."""

    count: float  # of weights
    vector: Floats  # (d,)
    square: Floats  # (d, d)
    label: Floats  # (k,)
    cross: Floats  # (d, k)

    def __sub__(self, other: "_Sums") -> "_Sums":
        return _Sums(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class _Linear:
    """score = x @ weights + bias."""

    weights: Floats  # (d, k)
    bias: Floats  # (k,)


@dataclass(frozen=True)
class Tuning:
    """Penalty and sharpness of each fold's classifier, in the folds' order."""

    penalty: list[float]
    sharpness: list[float]


def out_of_fold(
    vectors: Vectors,
    labels: Labels,
    folds: NDArray[np.int8],
    k: int,
    weights: Floats | None = None,
) -> Probs:
    """Probabilities (n, k) of each row by a classifier that never saw its fold; needs two folds or more.

    `weights` (n,), 1 by default, count a row's share in fitting; 0 leaves it out, and still predicts it.
    """
    centred, rows, sums, weight = _parts(vectors, labels, folds, k, weights)
    tuning = _choose(centred, labels, weight, rows, sums)
    whole = _total(sums)
    probs = np.empty((len(labels), k))
    for fold, held in enumerate(rows):
        line = _fit(whole - sums[fold], [tuning.penalty[fold]])[0]
        probs[held] = softmax(_scores(line, centred[held]) * tuning.sharpness[fold])
    return probs


def _parts(
    vectors: Vectors, labels: Labels, folds: NDArray[np.int8], k: int, weights: Floats | None
) -> tuple[Vectors, list[NDArray[np.int64]], list[_Sums], Floats]:
    """(vectors about their mean, rows of each fold, their sums, weights)."""
    centred = np.asarray(vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32))
    weight = np.ones(len(labels)) if weights is None else weights
    rows = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    return centred, rows, [_sums(centred[fold], labels[fold], weight[fold], k) for fold in rows], weight


def predict(
    vectors: Vectors, labels: Labels, weights: Floats, others: Vectors, folds: NDArray[np.int8], k: int
) -> Probs:
    """Probabilities (m, k) of `others` by a classifier of all `vectors`; `folds` choose its penalty."""
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = np.asarray(vectors - mean)
    rows = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    sums = [_sums(centred[fold], labels[fold], weights[fold], k) for fold in rows]
    whole = _total(sums)
    loss = np.zeros((len(PENALTIES), len(SHARPNESS)))
    for part, held in zip(sums, rows, strict=True):
        for place, line in enumerate(_fit(whole - part, list(PENALTIES))):
            loss[place] += _losses(line, centred[held], labels[held], weights[held])
    penalty, sharpness = divmod(int(loss.argmin()), len(SHARPNESS))
    line = _fit(whole, [PENALTIES[penalty]])[0]
    return softmax(_scores(line, np.asarray(others - mean)) * SHARPNESS[sharpness])


def softmax(scores: Floats) -> Probs:
    """Rows of exp(scores), normalised (n, k)."""
    power = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True))


def _sums(vectors: Vectors, labels: Labels, weights: Floats, k: int) -> _Sums:
    used = np.flatnonzero(weights > 0)
    vectors, labels, weights = vectors[used], labels[used], weights[used]
    weighted = vectors * weights[:, None].astype(np.float32)
    indicators = np.zeros((len(labels), k), np.float32)
    indicators[np.arange(len(labels)), labels] = 1
    return _Sums(
        float(weights.sum()),
        weighted.sum(axis=0, dtype=np.float64),
        (weighted.T @ vectors).astype(np.float64),
        np.bincount(labels, weights, minlength=k).astype(np.float64),
        (weighted.T @ indicators).astype(np.float64),
    )


def _total(sums: list[_Sums]) -> _Sums:
    return _Sums(*(sum(getattr(part, name) for part in sums) for name in _Sums.__dataclass_fields__))


def _fit(sums: _Sums, penalties: list[float]) -> list[_Linear]:
    """The ridge solution on standardised vectors for each penalty."""
    from scipy.linalg import cho_solve

    count = max(sums.count, 1.0)
    mean, share = sums.vector / count, sums.label / count
    square = sums.square / count - np.outer(mean, mean)
    scale = 1 / np.sqrt(np.maximum(np.diag(square), FLOOR))
    # fewer vectors than dimensions: single precision loses the small penalty and with it the definiteness
    kind = np.dtype(np.float32 if sums.count > len(square) else np.float64)
    square = (square * np.outer(scale, scale)).astype(kind)
    cross = ((sums.cross / count - np.outer(mean, share)) * scale[:, None]).astype(kind)
    found = []
    for penalty in penalties:
        weights = cho_solve(_factor(square, penalty), cross).astype(np.float64) * scale[:, None]
        found.append(_Linear(weights, share - mean @ weights))
    return found


def _factor(square: NDArray[Any], penalty: float) -> tuple[NDArray[Any], bool]:
    """Cholesky of square + penalty; a penalty below the rounding of a few images' sums grows tenfold."""
    from scipy.linalg import LinAlgError, cho_factor

    diagonal = np.eye(len(square), dtype=square.dtype)
    for power in range(LARGEST_POWER):
        try:
            factor: tuple[NDArray[Any], bool] = cho_factor(
                square + diagonal * square.dtype.type(penalty * 10**power), lower=True
            )
            return factor
        except LinAlgError:
            continue
    raise AssertionError("the sums of the vectors are not finite")


def _scores(line: _Linear, vectors: Vectors) -> Floats:
    return np.asarray((vectors @ line.weights.astype(np.float32)).astype(np.float64) + line.bias)


def _choose(
    vectors: Vectors, labels: Labels, weights: Floats, rows: list[NDArray[np.int64]], sums: list[_Sums]
) -> Tuning:
    """The least log loss over the two neighbouring folds (in a ring) of each, when it is left out too.

    The classifier without neighbours a and b serves both: b judges for a, a judges for b.
    """
    folds = len(rows)
    if folds < 3:  # no fold within the training folds: a middle that did well on three competitions
        return Tuning([1.0] * folds, [8.0] * folds)
    whole = _total(sums)
    loss = np.zeros((folds, len(PENALTIES), len(SHARPNESS)))
    judges = [held[:: max(1, -(-len(held) // JUDGED))] for held in rows]
    for one in range(folds):
        two = (one + 1) % folds
        for place, line in enumerate(_fit(whole - sums[one] - sums[two], list(PENALTIES))):
            for mine, other in ((one, judges[two]), (two, judges[one])):
                loss[mine, place] += _losses(line, vectors[other], labels[other], weights[other])
    best = loss.reshape(folds, -1).argmin(axis=1)  # ties: the smaller penalty, then the flatter
    return Tuning(
        [PENALTIES[i // len(SHARPNESS)] for i in best], [SHARPNESS[i % len(SHARPNESS)] for i in best]
    )


def _losses(line: _Linear, vectors: Vectors, labels: Labels, weights: Floats) -> Floats:
    """The weighted log loss summed over rows for each sharpness."""
    scores = _scores(line, vectors)
    scores -= scores.max(axis=1, keepdims=True)
    own = scores[np.arange(len(labels)), labels]
    return np.array([float(weights @ (np.log(np.exp(scores * s).sum(1)) - own * s)) for s in SHARPNESS])
