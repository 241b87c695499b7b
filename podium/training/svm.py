"""A linear SVM on the network's features, its margins made probabilities by Platt's sigmoids; as tensors."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from torch import Tensor, nn
from torch.nn import functional

from podium.run import derive
from podium.training.data import Examples
from podium.training.engine import Outcome
from podium.training.learner import Row

FOLDS = 3  # inner folds whose held-out margins the sigmoids are fitted on
PENALTY = 0.1  # LinearSVC's C on standardised features
ROUNDS = 2000
Floats = NDArray[np.float64]


def train(head: nn.Module, train: Examples, check: Examples, sources: list[str], seed: int) -> Outcome:
    """Fits the head to the examples' likeliest labels; the history has one row."""
    features, labels = _all(train), train.targets.argmax(1)
    fit(head, features.numpy(), labels, train.weights, sources, seed)
    row: Row = {"epoch": 0, "train_loss": 0.0, "train_accuracy": 0.0}
    with torch.no_grad():
        for prefix, part in (("train", train), ("val", check)):
            if len(part):
                logits, truth = head.eval()(_all(part)), torch.from_numpy(part.targets)
                row[f"{prefix}_loss"] = float(functional.cross_entropy(logits, truth))
                row[f"{prefix}_accuracy"] = float((logits.argmax(1) == truth.argmax(1)).float().mean())
    return Outcome([row | {"lr": 0.0}], kept_epoch=0, stopped_early=False)


def _all(examples: Examples) -> Tensor:
    return examples.inputs(np.arange(len(examples)), 0).flatten(1)


def fit(
    head: nn.Module,
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    weights: NDArray[np.float32],
    sources: list[str],
    seed: int,
) -> None:
    """Writes the SVM into the head's linear layer: its logits are log sigmoid(a margin + b) of each class.

    features (n, d); a source's copies stay together in the inner folds. Platt 1999.
    """
    linear = next(part for part in head.modules() if isinstance(part, nn.Linear))
    mean, spread = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64) + 1e-6
    inputs = (features - mean) / spread
    classes = linear.out_features
    slopes, offsets = _platt(_held_out(inputs, labels, weights, sources, classes, seed), labels, weights)
    vectors, biases = _svm(inputs, labels, weights, classes, seed)
    vectors, biases = vectors * slopes[:, None], biases * slopes + offsets
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(vectors / spread))
        linear.bias.copy_(torch.from_numpy(biases - (vectors / spread) @ mean))


def _svm(
    inputs: Floats, labels: NDArray[np.int64], weights: NDArray[np.float32], classes: int, seed: int
) -> tuple[Floats, Floats]:
    """(vectors (k, d), biases (k,)), one class against the others; a class that is not there never wins."""
    from sklearn.svm import LinearSVC

    vectors, biases = np.zeros((classes, inputs.shape[1])), np.full(classes, -1.0)
    for label in np.unique(labels):
        model = LinearSVC(
            C=PENALTY, max_iter=ROUNDS, dual=True, random_state=derive(seed, "svm", label) % 2**32
        )
        model.fit(inputs, labels == label, sample_weight=weights)
        vectors[label], biases[label] = model.coef_[0], model.intercept_[0]
    return vectors, biases


def _held_out(
    inputs: Floats,
    labels: NDArray[np.int64],
    weights: NDArray[np.float32],
    sources: list[str],
    classes: int,
    seed: int,
) -> Floats:
    """Margins (n, k) of rows by SVMs that saw neither them nor their source's other copies."""
    names = sorted(set(sources))
    place = {name: derive(seed, "svm", name) % FOLDS for name in names}
    inner = np.array([place[name] for name in sources])
    margins = np.zeros((len(inputs), classes))
    for fold in range(FOLDS):
        held = inner == fold
        rest = ~held if held.any() and not held.all() else np.ones_like(held)
        vectors, biases = _svm(inputs[rest], labels[rest], weights[rest], classes, seed)
        margins[held] = inputs[held] @ vectors.T + biases
    return margins


def _platt(margins: Floats, labels: NDArray[np.int64], weights: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """(a (k,), b (k,)) of sigmoid(a margin + b), by Newton's method on Platt's smoothed targets."""
    classes = margins.shape[1]
    slopes, offsets = np.ones(classes), np.zeros(classes)
    for label in range(classes):
        mine = labels == label
        positive, negative = weights[mine].sum(), weights[~mine].sum()
        target = np.where(mine, (positive + 1) / (positive + 2), 1 / (negative + 2))
        slopes[label], offsets[label] = _sigmoid(margins[:, label], target, weights)
    return slopes, offsets


def _sigmoid(margins: Floats, target: Floats, weights: NDArray[np.float32]) -> tuple[float, float]:
    inputs = np.stack([margins, np.ones_like(margins)], axis=1)
    found = np.array([1.0, 0.0])
    for _ in range(50):
        probs = expit(inputs @ found)
        slope = inputs.T @ (weights * (probs - target)) + 1e-6 * found
        curve = (inputs * (weights * probs * (1 - probs))[:, None]).T @ inputs + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found - step * min(1.0, 5.0 / max(1e-9, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-8:
            break
    return float(max(found[0], 1e-3)), float(found[1])
