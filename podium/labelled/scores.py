"""What a score on labelled images says: the metrics, and a line a class."""

import numpy as np

from podium.metrics.metric import Floats, Labels, Metric
from podium.metrics.registry import get

ALWAYS = ("accuracy", "log_loss")


def scores(labels: Labels, probs: Floats, metric: Metric) -> dict[str, float]:
    """Accuracy, log loss and the competition's metric of probs (n, k)."""
    plain = {name: get(name) for name in ALWAYS}
    return {name: one.function(labels, probs) for name, one in (plain | {metric.name: metric}).items()}


def by_class(labels: Labels, probs: Floats, classes: list[str]) -> list[str]:
    """A table of text: images, share found, share right among those called so, most frequent mistake.

    The lowest class wins a tie. A dash stands where there is nothing to divide by.
    """
    k = len(classes)
    decided = probs.argmax(1)
    confusion = np.zeros((k, k), np.int64)
    np.add.at(confusion, (labels, decided), 1)
    lines = [["class", "images", "recall", "precision", "most taken for"]]
    for label, name in enumerate(classes):
        right, images, called = confusion[label, label], confusion[label].sum(), confusion[:, label].sum()
        wrong = confusion[label].copy()
        wrong[label] = 0
        taken = f"{classes[int(wrong.argmax())]} ({wrong.max()})" if wrong.any() else ""
        lines.append([name, f"{images}", _share(right, images), _share(right, called), taken])
    widths = [max(len(line[i]) for line in lines) for i in range(5)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
