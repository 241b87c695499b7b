"""A quick linear classifier on embeddings, always judged out of fold: standardised, strongly regularised.

Ridge regression on the targets in closed form; a link of its scores (softmax, sigmoid, or none) gives
predictions. Everything is fitted inside the training folds: the scaler, and penalty and sharpness by the
loss of folds within them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.linear.links import LINKS, Link
from podium.linear.ridge import LinearScore, Ridge, Targets, Vectors, blocks

__all__ = ["Classifier", "Fitted", "Labels", "Probs", "Vectors", "fit", "out_of_fold", "predict"]

Probs = NDArray[np.float64]  # (n, c)
Labels = NDArray[np.int64]  # (n,)
Floats = NDArray[np.float64]
Folds = NDArray[np.int8]  # (n,)

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # times the number of images
HOLD_OUT = -1  # the fold of images that nothing learns from
MIDDLE = 1.0  # a penalty that did well on three competitions
JUDGED = 4000  # rows a fold that choose penalty and sharpness


@dataclass(frozen=True)
class Classifier:
    """A linear layer: logits = x @ weights + bias."""

    weights: NDArray[np.float32]  # (d, c)
    bias: NDArray[np.float32]  # (c,)
    link: str
    penalty: float
    sharpness: float

    def logits(self, vectors: Vectors) -> Floats:
        """(m, c) of vectors (m, d)."""
        return np.asarray((vectors @ self.weights + self.bias).astype(np.float64))

    def predict(self, vectors: Vectors) -> Probs:
        """(m, c) of vectors (m, d)."""
        return LINKS[self.link].predictions(self.logits(vectors))


@dataclass(frozen=True)
class Fitted:
    """Logits (n, c) of each row by a classifier that never saw its fold, and those classifiers.

    Rows of no fold (below 0: hold-out, always trained on) have none: not a number.
    """

    logits: Floats
    folds: list[int]
    classifiers: list[Classifier]  # in the folds' order
    link: str

    @property
    def oof(self) -> Probs:
        """Predictions (n, c)."""
        return LINKS[self.link].predictions(self.logits)

    def losses(self, targets: Targets) -> Floats:
        """(n,) each row's loss against targets (n, c)."""
        return LINKS[self.link].losses(self.logits, targets.astype(np.float64))


def fit(
    vectors: Vectors, targets: Targets, folds: Folds, weights: Floats | None = None, link: str = "softmax"
) -> Fitted:
    """A classifier for each fold from 0 on, of all rows but that fold's; hold-outs (-1) teach nothing.

    `targets` (n, c); `weights` (n,), 1 by default, count a row's share in fitting; 0 leaves it out, and still
    predicts it. Penalty and sharpness of a fold are those with the least loss over the two neighbouring folds
    (in a ring), when they are left out too: the classifier without neighbours a and b serves both.
    """
    weight = np.ones(len(vectors)) if weights is None else weights
    weight = np.where(folds == HOLD_OUT, 0.0, weight)
    centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    numbers = [int(fold) for fold in np.unique(folds) if fold >= 0]
    rows = [np.flatnonzero(folds == fold) for fold in numbers]
    always = np.flatnonzero(folds < 0)
    problem = Ridge(vectors, targets, weight, [*rows, always], centre)
    tuned = _tune(problem, (vectors, centre), targets, weight, rows, LINKS[link])
    logits = np.full((len(vectors), targets.shape[1]), np.nan)
    found = []
    for fold, held in enumerate(rows):
        line = problem.without((fold,), [tuned[fold][0]])[0]
        share = _share(targets, weight, held)
        found.append(_classifier(line, centre, share, link, *tuned[fold]))
        for some in blocks(held):
            logits[some] = found[-1].logits(vectors[some])
    return Fitted(logits, numbers, found, link)


def out_of_fold(
    vectors: Vectors, labels: Labels, folds: Folds, k: int, weights: Floats | None = None
) -> Probs:
    """Probabilities (n, k) of each row by a classifier that never saw its fold; needs two folds or more."""
    return fit(vectors, indicators(labels, k), folds, weights).oof


def predict(
    vectors: Vectors, labels: Labels, weights: Floats, others: Vectors, folds: Folds, k: int
) -> Probs:
    """Probabilities (m, k) of `others` by a classifier of all `vectors`; `folds` choose its penalty."""
    return whole(vectors, indicators(labels, k), folds, weights).predict(others)


def whole(
    vectors: Vectors, targets: Targets, folds: Folds, weights: Floats, link: str = "softmax"
) -> Classifier:
    """A classifier of all rows; penalty and sharpness have the least loss over the folds from 0 on."""
    function = LINKS[link]
    centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    rows = [np.flatnonzero(folds == fold) for fold in np.unique(folds) if fold >= 0]
    problem = Ridge(vectors, targets, weights, [*rows, np.flatnonzero(folds < 0)], centre)
    loss = np.zeros((len(PENALTIES), len(function.sharpness)))
    for fold, held in enumerate(rows):
        for place, line in enumerate(problem.without((fold,), list(PENALTIES))):
            share = _share(targets, weights, held)
            for some in blocks(held):
                part = vectors[some] - centre, targets[some], weights[some]
                loss[place] += _losses(line, *part, share, function)
    penalty, sharpness = (int(i) for i in divmod(int(loss.argmin()), len(function.sharpness)))
    tuned = PENALTIES[penalty], function.sharpness[sharpness]
    share = _share(targets, weights, np.empty(0, np.int64))
    return _classifier(problem.without((), [tuned[0]])[0], centre, share, link, *tuned)


def indicators(labels: Labels, k: int) -> Targets:
    """(n, k): 1 where the image is of the class."""
    found = np.zeros((len(labels), k), np.float32)
    found[np.arange(len(labels)), labels] = 1
    return found


def _classifier(
    line: LinearScore, centre: NDArray[np.float32], share: Floats, link: str, penalty: float, sharpness: float
) -> Classifier:
    """The line on centred vectors as a linear layer on vectors as they are."""
    bias = line.bias - centre.astype(np.float64) @ line.weights
    logits = sharpness * bias + LINKS[link].offset(share, sharpness)
    weights = (sharpness * line.weights).astype(np.float32)
    return Classifier(weights, logits.astype(np.float32), link, penalty, sharpness)


def _share(targets: Targets, weights: Floats, held: NDArray[np.int64]) -> Floats:
    """(c,) the mean target of the rows that are not held out."""
    left = weights.copy()
    left[held] = 0
    return np.asarray(left @ targets.astype(np.float64) / max(float(left.sum()), 1.0))


def _tune(
    problem: Ridge,
    centred: tuple[Vectors, Vectors],
    targets: Targets,
    weights: Floats,
    rows: list[NDArray[np.int64]],
    link: Link,
) -> list[tuple[float, float]]:
    """(penalty, sharpness) of each fold; ties: the smaller penalty, then the flatter.

    `centred` are vectors (n, d) and what is taken from them.
    """
    folds, (vectors, centre) = len(rows), centred
    if folds < 3:  # no fold within the training folds
        return [(MIDDLE, link.middle)] * folds
    loss = np.zeros((folds, len(PENALTIES), len(link.sharpness)))
    judges = [held[:: max(1, -(-len(held) // JUDGED))] for held in rows]
    for one in range(folds):
        two = (one + 1) % folds
        share = _share(targets, weights, np.concatenate([rows[one], rows[two]]))
        for place, line in enumerate(problem.without((one, two), list(PENALTIES))):
            for mine, other in ((one, judges[two]), (two, judges[one])):
                part = vectors[other] - centre, targets[other], weights[other]
                loss[mine, place] += _losses(line, *part, share, link)
    best = [divmod(int(place), len(link.sharpness)) for place in loss.reshape(folds, -1).argmin(axis=1)]
    return [(PENALTIES[penalty], link.sharpness[sharpness]) for penalty, sharpness in best]


def _losses(
    line: LinearScore, vectors: Vectors, targets: Targets, weights: Floats, share: Floats, link: Link
) -> Floats:
    """The weighted loss summed over rows for each sharpness."""
    scores, wanted = line.scores(vectors), targets.astype(np.float64)
    return np.array(
        [float(weights @ link.losses(scores * s + link.offset(share, s), wanted)) for s in link.sharpness]
    )
