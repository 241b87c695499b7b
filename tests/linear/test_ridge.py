"""Ridge regression: as scikit-learn computes it, the same by dimensions and by images."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Reference

from podium.linear import ridge


def drawn(n: int, d: int, c: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(n + d)
    vectors = (draw.normal(size=(n, d)) * draw.uniform(0.5, 3, d)).astype(np.float32)
    targets = np.eye(c, dtype=np.float32)[draw.integers(0, c, n)]
    return vectors, targets, draw.uniform(0.2, 2, n)


@pytest.mark.parametrize(("n", "d"), [(90, 12), (40, 60)])
def test_it_is_ridge_regression_on_standardised_vectors(n: int, d: int) -> None:
    vectors, targets, weights = drawn(n, d)
    rows = [np.flatnonzero(np.arange(n) % 4 == fold) for fold in range(4)]
    stay = np.arange(n) % 4 != 1
    weight = weights[stay]
    mean = np.average(vectors[stay], axis=0, weights=weight)
    spread = np.sqrt(np.average((vectors[stay] - mean) ** 2, axis=0, weights=weight))
    scaled = (vectors - mean) / spread
    expected = Reference(alpha=0.3 * weight.sum()).fit(scaled[stay], targets[stay], weight).predict(scaled)
    line = ridge.Ridge(vectors, targets, weights, rows).without((1,), [0.3])[0]
    assert np.allclose(line.scores(vectors), expected, atol=2e-4)


def test_images_equations_and_dimensions_equations_agree() -> None:
    vectors, targets, weights = drawn(50, 50)
    by_dimensions = ridge.primal(ridge.sums_of(vectors, targets, weights), [0.1, 1.0])
    by_images = ridge.dual(vectors, targets, weights, [0.1, 1.0])
    for one, two in zip(by_dimensions, by_images, strict=True):
        assert np.allclose(one.scores(vectors), two.scores(vectors), atol=1e-3)


def test_few_images_are_solved_by_images(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    true = ridge.dual
    monkeypatch.setattr(ridge, "dual", lambda *given: asked.append(len(given[0])) or true(*given))
    for n in (20, 200):
        vectors, targets, weights = drawn(n, 30)
        ridge.Ridge(vectors, targets, weights, [np.arange(n // 2), np.arange(n // 2, n)]).without((0,), [1.0])
    assert asked == [10]


def test_equal_vectors_and_a_constant_column_give_finite_lines() -> None:
    vectors = np.ones((30, 5), np.float32)
    targets = np.eye(3, dtype=np.float32)[np.arange(30) % 3]
    for line in (
        *ridge.dual(vectors, targets, np.ones(30), [0.03]),
        *ridge.primal(ridge.sums_of(vectors, targets, np.ones(30)), [0.03]),
    ):
        assert np.allclose(line.scores(vectors), 1 / 3, atol=1e-4)


def test_blocks_and_a_centre_change_nothing_but_the_last_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    vectors = random.normal(3, 1, (90, 6)).astype(np.float32)
    targets, weights = random.normal(size=(90, 2)).astype(np.float32), random.uniform(0.5, 1, 90)
    rows, centre = [np.arange(40), np.arange(40, 90)], vectors.mean(axis=0)
    whole = ridge.Ridge(vectors - centre, targets, weights, rows).without((1,), [0.3])[0]
    monkeypatch.setattr(ridge, "BLOCK", 7)
    assert [len(some) for some in ridge.blocks(np.arange(15))] == [7, 7, 1]
    parts = ridge.Ridge(vectors, targets, weights, rows, centre).without((1,), [0.3])[0]
    np.testing.assert_allclose(parts.weights, whole.weights, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(parts.bias, whole.bias, rtol=1e-5, atol=1e-6)
