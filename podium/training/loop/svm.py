"""A linear SVM on the network's features, its margins made probabilities by Platt's sigmoids; as tensors."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from podium.linear import svm
from podium.training.feed.data import Examples
from podium.training.loop.engine import TrainedTail
from podium.training.loop.learner import Row

PENALTY = 0.1  # LinearSVC's C on standardised features


def train(head: nn.Module, train: Examples, check: Examples, sources: list[str], seed: int) -> TrainedTail:
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
    return TrainedTail([row | {"lr": 0.0}], kept_epoch=0, stopped_early=False)


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
    """Writes the SVM into the head's linear layer: its logits are a margin + b of each class's sigmoid.

    features (n, d); a source's copies stay together in the inner folds.
    """
    linear = next(part for part in head.modules() if isinstance(part, nn.Linear))
    mean, spread = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64) + 1e-6
    groups = np.unique(sources, return_inverse=True)[1]
    inputs = (features - mean) / spread
    learnt = svm.fit(inputs, labels, groups, linear.out_features, PENALTY, seed, weights)
    vectors = learnt.vectors / spread
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(vectors))
        linear.bias.copy_(torch.from_numpy(learnt.biases - vectors @ mean))
