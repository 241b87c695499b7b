"""What the report counts: confusions, scores a class, mistakes. `labels` (n,), `probs` (n, k)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Probs = NDArray[np.float32]


def confusion(labels: Labels, chosen: Labels, classes: int) -> NDArray[np.int64]:
    """(k, k) counts: row the given class, column the predicted one."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, chosen), 1)
    return counts


@dataclass(frozen=True)
class ClassScore:
    """One class: its images, and how well it is found. A ratio of nothing is 0."""

    name: str
    images: int
    precision: float
    recall: float
    f1: float


def by_class(counts: NDArray[np.int64], names: list[str]) -> list[ClassScore]:
    """Every class, the worst F1 first; ties by name."""
    right = np.diag(counts)
    scores = []
    for i, name in enumerate(names):
        given, chosen = int(counts[i].sum()), int(counts[:, i].sum())
        precision = right[i] / chosen if chosen else 0.0
        recall = right[i] / given if given else 0.0
        f1 = 2 * right[i] / (given + chosen) if given + chosen else 0.0
        scores.append(ClassScore(name, given, float(precision), float(recall), float(f1)))
    return sorted(scores, key=lambda score: (score.f1, score.name))


def confused_pairs(counts: NDArray[np.int64], names: list[str], most: int) -> list[tuple[str, str, int]]:
    """(given, predicted, times), the most frequent first; ties by class order."""
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(names)) for place in order]
    return [(names[a], names[b], int(wrong[a, b])) for a, b in pairs if wrong[a, b] > 0]


def most_confused(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The classes with most mistakes to or from them, in class order: all where there are few."""
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-(wrong.sum(0) + wrong.sum(1)), kind="stable")[:most]
    return np.sort(order)


def worst(labels: Labels, probs: Probs, most: int) -> NDArray[np.int64]:
    """Rows that are wrong, those first whose given class got the least probability; ties in row order."""
    given = probs[np.arange(len(labels)), labels]
    wrong = np.nonzero(probs.argmax(1) != labels)[0]
    return wrong[np.argsort(given[wrong], kind="stable")][:most]
