"""Suspects among label sets and numbers."""

import numpy as np

from podium.labels import targets
from podium.tasks.registry import load


def case(n: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors that show two properties, the properties, folds."""
    generator = np.random.default_rng(0)
    shown = generator.integers(0, 2, (n, 2))
    vectors = np.column_stack([shown * 4.0, np.zeros((n, 6))]) + generator.normal(0, 0.3, (n, 8))
    return vectors.astype(np.float32), shown, (np.arange(n) % 5).astype(np.int8)


def test_a_flipped_label_is_a_suspect_and_the_set_it_should_be_is_suggested() -> None:
    vectors, shown, folds = case()
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    right = shown[:, 0] * 2 + shown[:, 1]
    given = right.copy()
    given[:8] ^= 1  # the second label is wrong
    found = targets.find(vectors, given, folds, table, load("multi"))
    doubted = set(np.flatnonzero(found.suspect))
    assert doubted <= set(range(8)) and len(doubted) >= 7
    assert all(found.suggested[row] == right[row] for row in doubted)
    assert found.quality[:8].max() < found.quality[8:].min()


def test_nothing_is_said_of_a_label_that_the_vectors_do_not_tell() -> None:
    vectors, shown, folds = case()
    chance = np.random.default_rng(2).integers(0, 2, 200)
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    found = targets.find(vectors, shown[:, 0] * 2 + chance, folds, table, load("multi"))
    assert not found.suspect.any()


def test_a_number_far_from_what_others_say_is_a_suspect() -> None:
    vectors, shown, folds = case()
    numbers = 100 + 10 * shown[:, :1] + np.random.default_rng(1).normal(0, 1, (200, 1))
    numbers[5] += 60
    found = targets.find(vectors, np.arange(200), folds, numbers.astype(np.float32), load("number"))
    assert np.flatnonzero(found.suspect).tolist() == [5]
    assert found.quality[5] < 0.1
