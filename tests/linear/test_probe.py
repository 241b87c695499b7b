"""The out-of-fold classifier: right on clouds, blind to its own fold, equal to ridge regression."""

import numpy as np

from podium.embedding import adversarial
from podium.linear import probe
from podium.metrics.metric import auc


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


def test_a_folds_own_vectors_never_reach_its_classifier() -> None:
    vectors, labels, folds = _clouds()
    targets = probe.indicators(labels, 3)
    one = probe.fit(vectors, targets, folds).classifiers[2]
    vectors[folds == 2] *= 100
    two = probe.fit(vectors, targets, folds).classifiers[2]
    assert np.allclose(one.weights, two.weights, atol=1e-3)


def test_hold_outs_teach_nothing_and_rows_of_no_fold_that_always_train_do() -> None:
    vectors, labels, folds = _clouds()
    for fold, taught in ((-1, False), (-2, True)):
        some = folds.copy()
        some[:9] = fold
        changed = labels.copy()
        changed[:9] = (labels[:9] + 1) % 3
        one, two = (probe.fit(vectors, probe.indicators(part, 3), some) for part in (labels, changed))
        assert np.isnan(one.oof[:9]).all() and one.folds == [0, 1, 2, 3, 4]
        assert np.allclose(one.oof[9:], two.oof[9:], atol=1e-6) != taught


def test_several_labels_an_image_are_judged_each_by_itself() -> None:
    vectors, labels, folds = _clouds()
    targets = np.stack([labels == 0, labels != 1, labels == 2], axis=1).astype(np.float32)
    found = probe.fit(vectors, targets, folds, link="sigmoid").oof
    assert ((found > 0.5) == (targets > 0.5)).mean() > 0.95
    assert not np.allclose(found.sum(1), 1, atol=0.05)


def test_a_rare_label_that_nothing_tells_gets_its_share() -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(400, 6)).astype(np.float32)
    targets = (draw.random((400, 1)) < 0.05).astype(np.float32)
    found = probe.fit(vectors, targets, (np.arange(400) % 5).astype(np.int8), link="sigmoid").oof
    assert abs(found.mean() - targets.mean()) < 0.02


def test_a_number_is_foretold() -> None:
    vectors, _, folds = _clouds()
    wanted = (3 * vectors[:, :1] - vectors[:, 1:2] + 100).astype(np.float32)
    found = probe.fit(vectors, wanted, folds, link="identity").oof
    assert np.abs(found - wanted).mean() < 0.2 * wanted.std()


def test_a_classifier_is_a_linear_layer_on_vectors_as_they_are() -> None:
    vectors, labels, folds = _clouds()
    vectors += 7
    found = probe.fit(vectors, probe.indicators(labels, 3), folds)
    first = found.classifiers[0]
    assert np.allclose(first.predict(vectors[folds == 0]), found.oof[folds == 0], atol=1e-6)
    assert np.allclose(first.logits(vectors), vectors @ first.weights + first.bias, atol=1e-3)


def test_an_image_of_weight_zero_teaches_nothing_and_is_predicted() -> None:
    vectors, labels, folds = _clouds()
    weight = np.ones(len(labels))
    weight[::7] = 0
    wrong = labels.copy()
    wrong[::7] = (labels[::7] + 1) % 3
    one, two = (probe.out_of_fold(vectors, some, folds, 3, weight) for some in (labels, wrong))
    assert np.allclose(one, two, atol=1e-6)


def test_auc_by_hand_with_a_tie() -> None:
    positive, scores = np.array([True, False, True, False]), np.array([0.9, 0.1, 0.5, 0.5])
    assert auc(positive, scores, np.ones((1, 4))).tolist() == [3.5 / 4]


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
