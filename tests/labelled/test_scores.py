"""The score of a labelled folder, by hand."""

import math

import numpy as np
import pytest

from podium.labelled import scores
from podium.metrics.registry import get

LABELS = np.array([0, 0, 1, 1])
PROBS = np.array([[0.8, 0.2, 0.0], [0.4, 0.6, 0.0], [0.1, 0.9, 0.0], [0.5, 0.5, 0.0]])


def test_scores_by_hand() -> None:
    found = scores.scores(LABELS, PROBS, get("f1_macro"))
    assert list(found) == ["accuracy", "log_loss", "f1_macro"]
    assert found["accuracy"] == 0.5 and found["f1_macro"] == pytest.approx(0.5)
    expected = -sum(math.log(p) for p in (0.8, 0.4, 0.9, 0.5)) / 4
    assert found["log_loss"] == pytest.approx(expected)
    assert list(scores.scores(LABELS, PROBS, get("accuracy"))) == ["accuracy", "log_loss"]


def test_the_table_of_classes() -> None:
    assert [line.split() for line in scores.by_class(LABELS, PROBS, ["cat", "dog", "emu"])] == [
        ["class", "images", "recall", "precision", "most", "taken", "for"],
        ["cat", "2", "0.500", "0.500", "dog", "(1)"],
        ["dog", "2", "0.500", "0.500", "cat", "(1)"],
        ["emu", "0", "-", "-"],
    ]
