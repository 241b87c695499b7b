"""The out-of-fold classifier: right on clouds, blind to its own fold, equal to ridge regression."""

import numpy as np
import pytest

from podium.embedding import adversarial
from podium.linear import probe


def _clouds(n: int = 90, d: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    vectors = (2 * np.eye(3, d)[labels] + 0.5 * draw.normal(size=(n, d))).astype(np.float32)
    return vectors, labels, (np.arange(n) // 3 % 5).astype(np.int8)


def test_clouds_are_told_apart_with_honest_probabilities() -> None:
    vectors, labels, folds = _clouds()
    probs = probe.out_of_fold(vectors, labels, folds, 3)
    assert (probs.argmax(1) == labels).mean() > 0.95
    assert np.allclose(probs.sum(1), 1)


def test_a_folds_own_labels_never_reach_its_predictions() -> None:
    vectors, labels, folds = _clouds()
    changed = labels.copy()
    changed[folds == 2] = (labels[folds == 2] + 1) % 3
    one, two = (probe.out_of_fold(vectors, some, folds, 3) for some in (labels, changed))
    assert np.allclose(one[folds == 2], two[folds == 2], atol=1e-6)
    assert not np.allclose(one[folds == 1], two[folds == 1], atol=1e-3)


def test_a_folds_own_vectors_never_reach_the_scaler() -> None:
    vectors, labels, folds = _clouds()
    one = probe._fit(_training(vectors, labels, folds, 2), [1.0])[0]
    vectors[folds == 2] *= 100
    two = probe._fit(_training(vectors, labels, folds, 2), [1.0])[0]
    assert np.allclose(one.weights, two.weights, atol=1e-3)


def _training(vectors: np.ndarray, labels: np.ndarray, folds: np.ndarray, out: int) -> probe._Sums:
    weight = np.ones(len(labels))
    sums = [
        probe._sums(vectors[folds == f], labels[folds == f], weight[folds == f], 3) for f in np.unique(folds)
    ]
    return probe._total(sums) - sums[out]


def test_the_closed_form_is_ridge_regression_on_standardised_vectors() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    vectors, labels, folds = _clouds()
    inside = folds != 0
    scaled = (vectors - vectors[inside].mean(0)) / vectors[inside].std(0)
    target = np.eye(3)[labels]
    expected = linear.Ridge(alpha=0.3 * inside.sum()).fit(scaled[inside], target[inside]).predict(scaled)
    line = probe._fit(_training(vectors, labels, folds, 0), [0.3])[0]
    assert np.allclose(probe._scores(line, vectors), expected, atol=1e-4)


def test_an_image_of_weight_zero_teaches_nothing_and_is_predicted() -> None:
    vectors, labels, folds = _clouds()
    weight = np.ones(len(labels))
    weight[::7] = 0
    wrong = labels.copy()
    wrong[::7] = (labels[::7] + 1) % 3
    one, two = (probe.out_of_fold(vectors, some, folds, 3, weight) for some in (labels, wrong))
    assert np.allclose(one, two, atol=1e-6)


def test_auc_by_hand_with_a_tie() -> None:
    positive = np.array([True, False, True, False])
    assert adversarial.auc(positive, np.array([0.9, 0.1, 0.5, 0.5])) == 3.5 / 4


def test_adversarial_validation_sees_a_shift_and_none_where_there_is_none() -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(200, 10)).astype(np.float32)
    test = np.arange(200) >= 120
    ids = [f"{'test' if t else 'train'}/{i:03d}" for i, t in enumerate(test)]
    alike = adversarial.shift(ids, vectors, test, ids, 0)
    vectors[test, 0] += 3
    vectors[5, 0] += 6  # a training image that looks like test
    apart = adversarial.shift(ids, vectors, test, ids, 0)
    assert alike is not None and apart is not None
    assert 0.35 < alike.auc < 0.65 and apart.auc > 0.9
    assert apart.most[0] == "train/005"
    assert adversarial.shift(ids[:122], vectors[:122], test[:122], ids[:122], 0) is None
