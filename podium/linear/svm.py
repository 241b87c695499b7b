"""Linear SVMs, one class against the others, whose margins become probabilities by Platt's sigmoids.

Platt 1999. The sigmoids are fitted on margins of rows that the SVM did not learn from.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from podium.foundation.run import derive

FOLDS = 3  # inner folds whose held-out margins the sigmoids are fitted on
ROUNDS = 2000
NEWTON_STEPS = 50
LONGEST_STEP = 5.0  # of Newton's method: a sigmoid of separable margins has no end
PRECISION = 1e-8
LEAST_SLOPE = 1e-3  # a larger margin never means a smaller probability
ABSENT = -1.0  # the margin of a class that no row has: it never wins
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Weights = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Sigmoids:
    """Probabilities of each class against the others: expit(inputs @ vectors.T + biases)."""

    vectors: Floats  # (k, d)
    biases: Floats  # (k,)

    def __call__(self, inputs: Floats) -> Floats:
        """(n, d) -> (n, k), each in (0, 1); rows do not sum to 1."""
        return np.asarray(expit(inputs @ self.vectors.T + self.biases))


def fit(
    inputs: Floats,
    labels: Ints,
    groups: Ints,
    classes: int,
    penalty: float,
    seed: int,
    weights: Weights | None = None,
) -> Sigmoids:
    """Learns from standardised inputs (n, d); rows of a group share an inner fold; weights (n,) or all 1."""
    given = np.ones(len(inputs)) if weights is None else weights
    inner = inner_folds(groups, seed)
    held_out = np.empty((len(inputs), classes))
    for fold in range(FOLDS):
        held = inner == fold
        if held.any():
            rest = ~held if not held.all() else held
            vectors, biases = margins(inputs[rest], labels[rest], classes, penalty, seed, given[rest])
            held_out[held] = inputs[held] @ vectors.T + biases
    slopes, offsets = platt(held_out, labels, given)
    vectors, biases = margins(inputs, labels, classes, penalty, seed, given)
    return Sigmoids(vectors * slopes[:, None], biases * slopes + offsets)


def inner_folds(groups: Ints, seed: int) -> Ints:
    """(n,) inner folds, groups dealt out evenly in random order."""
    found, home = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(derive(seed, "svm")).permutation(len(found))
    return np.asarray(order[home] % FOLDS, np.int64)


def margins(
    inputs: Floats, labels: Ints, classes: int, penalty: float, seed: int, weights: Weights | None = None
) -> tuple[Floats, Floats]:
    """(vectors (k, d), biases (k,)) of the SVMs; `penalty` is LinearSVC's C."""
    from sklearn.svm import LinearSVC

    vectors, biases = np.zeros((classes, inputs.shape[1])), np.full(classes, ABSENT)
    seen = np.unique(labels)
    for label in seen if len(seen) > 1 else []:
        model = LinearSVC(C=penalty, max_iter=ROUNDS, random_state=derive(seed, "svm", int(label)) % 2**32)
        model.fit(inputs, labels == label, sample_weight=weights)
        vectors[label], biases[label] = model.coef_[0], model.intercept_[0]
    return vectors, biases


def platt(held_out: Floats, labels: Ints, weights: Weights | None = None) -> tuple[Floats, Floats]:
    """(slopes (k,), offsets (k,)) of each class's sigmoid, on Platt's smoothed targets."""
    given = np.ones(len(held_out)) if weights is None else weights
    fitted = [_sigmoid(held_out[:, c], labels == c, given) for c in range(held_out.shape[1])]
    slopes, offsets = np.array(fitted).T
    return slopes, offsets


def _sigmoid(margin: Floats, mine: NDArray[np.bool_], weights: Weights) -> tuple[float, float]:
    positive, negative = weights[mine].sum(), weights[~mine].sum()
    target = np.where(mine, (positive + 1) / (positive + 2), 1 / (negative + 2))
    inputs = np.stack([margin, np.ones_like(margin)], axis=1)
    found = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        probs = expit(inputs @ found)
        slope = inputs.T @ (weights * (probs - target)) + 1e-6 * found
        curve = (inputs * (weights * probs * (1 - probs))[:, None]).T @ inputs + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found - step * min(1.0, LONGEST_STEP / max(PRECISION, float(np.abs(step).max())))
        if np.abs(step).max() < PRECISION:
            break
    return float(max(found[0], LEAST_SLOPE)), float(found[1])
