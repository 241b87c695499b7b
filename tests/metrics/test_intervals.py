"""The bootstrap is paired, repeatable, and knows groups."""

import numpy as np
import pytest

from podium.metrics import registry
from podium.metrics.intervals import by_fold, interval, replicates

ACCURACY = registry.get("accuracy")


def case(n: int = 400, right: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    labels = np.zeros(n, int)
    choice = (np.random.default_rng(1).random(n) > right).astype(int)
    return labels, np.eye(2)[choice]


def test_the_interval_is_the_binomial_one() -> None:
    labels, probs = case()
    found = interval(ACCURACY, labels, probs)
    error = np.sqrt(found.score * (1 - found.score) / len(labels))
    assert found.error == pytest.approx(error, rel=0.1)
    assert found.low == pytest.approx(found.score - 1.96 * error, abs=0.01)
    assert found.high == pytest.approx(found.score + 1.96 * error, abs=0.01)


def test_the_same_bits_each_time_and_others_with_another_seed() -> None:
    labels, probs = case()
    first = replicates(ACCURACY, labels, probs, seed=1)
    assert (first == replicates(ACCURACY, labels, probs, seed=1)).all()
    assert (first != replicates(ACCURACY, labels, probs, seed=2)).any()


def test_samples_of_different_predictions_are_paired() -> None:
    labels, probs = case()
    assert (replicates(ACCURACY, labels, probs) - replicates(ACCURACY, labels, probs.copy())).std() == 0


def test_images_that_stand_or_fall_together_widen_the_interval() -> None:
    labels, probs = case(40)
    labels, probs, groups = np.repeat(labels, 10), np.repeat(probs, 10, 0), np.repeat(np.arange(40), 10)
    apart, together = interval(ACCURACY, labels, probs), interval(ACCURACY, labels, probs, groups)
    assert together.error == pytest.approx(apart.error * np.sqrt(10), rel=0.1)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, probs = case(50)
    whole = replicates(ACCURACY, labels, probs)
    monkeypatch.setattr("podium.metrics.intervals.CHUNK_CELLS", 50 * 7)
    assert (replicates(ACCURACY, labels, probs) == whole).all()


def test_by_fold() -> None:
    labels, folds = np.array([0, 0, 1, 1]), np.array([1, 0, 1, 0])
    assert by_fold(ACCURACY, labels, np.eye(2)[[0, 1, 1, 1]], folds) == [0.5, 1.0]
