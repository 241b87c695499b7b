"""Worked answers by hand, and scikit-learn's word on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.metrics.names import canonical

LABELS = np.array([0, 0, 0, 1, 1, 2])
PROBS = np.array(
    [
        [0.8, 0.1, 0.1],  # right
        [0.6, 0.3, 0.1],  # right
        [0.2, 0.5, 0.3],  # 1 for 0
        [0.1, 0.7, 0.2],  # right
        [0.1, 0.2, 0.7],  # 2 for 1
        [0.1, 0.1, 0.8],  # right
    ]
)


def score(name: str, labels: np.ndarray = LABELS, probs: np.ndarray = PROBS) -> float:
    return registry.get(name).function(labels, probs)


def test_accuracy_by_hand() -> None:
    assert score("accuracy") == pytest.approx(4 / 6)


def test_the_lowest_class_wins_a_tie() -> None:
    tie = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])
    assert score("accuracy", np.array([0, 1]), tie) == 1.0
    assert score("accuracy", np.array([1, 2]), tie) == 0.0


def test_balanced_accuracy_by_hand() -> None:
    assert score("balanced_accuracy") == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_f1_by_hand() -> None:
    # decisions 0 0 1 1 2 2: F1 = 2 right / (images + decisions) = 4/5, 2/4, 2/3
    each = np.array([4 / 5, 2 / 4, 2 / 3])
    assert score("f1_macro") == pytest.approx(each.mean())
    assert score("f1_weighted") == pytest.approx((3 * each[0] + 2 * each[1] + each[2]) / 6)


def test_log_loss_by_hand_and_its_clip() -> None:
    assert score("log_loss") == pytest.approx(-np.log([0.8, 0.6, 0.2, 0.7, 0.2, 0.8]).mean())
    assert score("log_loss", np.array([1]), np.array([[1.0, 0.0]])) == pytest.approx(-np.log(1e-15))


def test_roc_auc_by_hand() -> None:
    labels = np.array([0, 1, 1, 0])
    ones = np.array([0.1, 0.9, 0.4, 0.4])  # of 4 pairs 3 right and 1 tied
    assert score("roc_auc", labels, np.stack([1 - ones, ones], 1)) == pytest.approx(3.5 / 4)


def test_quadratic_kappa_by_hand() -> None:
    labels = np.array([0, 1, 2])
    decisions = np.eye(3)[[0, 1, 1]]  # observed 1; expected sum of squared distances over all pairs / 3
    expected = sum((a - b) ** 2 for a in (0, 1, 2) for b in (0, 1, 1)) / 3
    assert score("quadratic_kappa", labels, decisions) == pytest.approx(1 - 1 / expected)
    assert score("quadratic_kappa", np.zeros(3, int), np.eye(3)[[0, 0, 0]]) == 1.0


def test_map_at_k_by_hand() -> None:
    labels = np.array([0, 1, 2])
    probs = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    assert score("map_at_2", labels, probs) == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert score("MAP@3", labels, probs) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


@pytest.mark.parametrize("block", [1, 12, 1 << 22])
def test_map_at_k_is_that_of_the_sorted_classes(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in blocks of rows, and where probabilities are equal."""
    monkeypatch.setattr(registry, "BLOCK", block)
    draw = np.random.default_rng(0)
    probs, labels = draw.integers(0, 4, (50, 6)) / 4, draw.integers(0, 6, 50)
    order = np.argsort(-probs, axis=1, kind="stable")[:, :3]
    wanted = ((order == labels[:, None]) / np.arange(1, 4)).sum(1).mean()
    assert score("map_at_3", labels, probs) == pytest.approx(wanted)


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    k = int(generator.integers(2, 6))
    labels = generator.integers(0, k, 40)
    probs = generator.dirichlet(np.ones(k), 40) + np.eye(k)[labels] * 0.3
    return labels, np.round(probs / probs.sum(1, keepdims=True), 2) + 1e-9


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_scikit_learn_agrees(seed: int) -> None:
    labels, probs = random_case(seed)
    probs = probs / probs.sum(1, keepdims=True)
    choice, k = probs.argmax(1), probs.shape[1]
    assert score("accuracy", labels, probs) == pytest.approx(sk.accuracy_score(labels, choice))
    assert score("f1_macro", labels, probs) == pytest.approx(sk.f1_score(labels, choice, average="macro"))
    weighted = sk.f1_score(labels, choice, average="weighted")
    assert score("f1_weighted", labels, probs) == pytest.approx(weighted)
    kappa = sk.cohen_kappa_score(labels, choice, weights="quadratic", labels=range(k))
    assert score("quadratic_kappa", labels, probs) == pytest.approx(kappa)
    loss = sk.log_loss(labels, probs, labels=range(k))
    assert score("log_loss", labels, probs) == pytest.approx(loss)
    areas = [sk.roc_auc_score(labels == c, probs[:, c]) for c in np.unique(labels)]
    assert score("roc_auc", labels, probs) == pytest.approx(np.mean(areas))
    recalls = sk.recall_score(labels, choice, average=None, labels=np.unique(labels))
    assert score("balanced_accuracy", labels, probs) == pytest.approx(recalls.mean())


@pytest.mark.parametrize("name", registry.METRICS)
def test_a_weight_of_two_is_the_image_twice(name: str) -> None:
    labels, probs = random_case(3)
    weights = np.random.default_rng(0).integers(0, 3, len(labels))
    twice = np.repeat(np.arange(len(labels)), weights)
    found = registry.get(name).scores(labels, probs, weights[None].astype(float))
    assert found[0] == pytest.approx(score(name, labels[twice], probs[twice]))


@pytest.mark.parametrize("name", [name for name, one in registry.METRICS.items() if one.weighable])
def test_classes_that_count_alike_change_nothing(name: str) -> None:
    labels, probs = random_case(3)
    alike = registry.get(name).counting([2.0] * probs.shape[1])
    assert alike.function(labels, probs) == pytest.approx(score(name, labels, probs))


def test_an_image_counts_as_its_class_does() -> None:
    # images 0 0 0 1 1 2, right: 1 1 0 1 0 1
    assert registry.get("accuracy").counting([1, 1, 4]).function(LABELS, PROBS) == pytest.approx(7 / 9)
    each = -np.log([0.8, 0.6, 0.2, 0.7, 0.2, 0.8])
    wanted = np.average(each, weights=[1, 1, 1, 2, 2, 4])
    assert registry.get("log_loss").counting([1, 2, 4]).function(LABELS, PROBS) == pytest.approx(wanted)


def test_a_class_counts_in_the_mean_of_classes() -> None:
    weighed = registry.get("balanced_accuracy").counting([1, 1, 2])
    assert weighed.function(LABELS, PROBS) == pytest.approx((2 / 3 + 1 / 2 + 2 * 1) / 4)


@pytest.mark.parametrize("name", registry.METRICS)
def test_being_right_and_sure_is_best(name: str) -> None:
    metric = registry.get(name)
    labels = np.array([0, 1, 2, 0, 1, 2])
    right, wrong = np.eye(3)[labels], np.eye(3)[(labels + 1) % 3]
    best, worst = metric.function(labels, right), metric.function(labels, wrong)
    assert metric.goodness(best) > metric.goodness(worst)
    whole = 0.2 if name == "partial_auc" else 1.0
    assert best == pytest.approx(whole if metric.greater_is_better else 0.0)


@pytest.mark.parametrize(
    ("given_name", "known"),
    [
        ("Macro F1-Score", "f1_macro"),
        ("Multiclass Loss", "log_loss"),
        ("Categorization Accuracy", "accuracy"),
        ("Quadratic Weighted Kappa", "quadratic_kappa"),
        ("MAP@3", "map_at_3"),
        ("Mean Average Precision @ 5", "map_at_5"),
        ("AUC", "roc_auc"),
        ("map_at_k", "map_at_k"),
    ],
)
def test_names_as_competitions_write_them(given_name: str, known: str) -> None:
    assert canonical(given_name) == known


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r"metric 'acuracy' is not known; did you mean accuracy\."):
        registry.get("acuracy")
    with pytest.raises(UserError, match=r"metric 'zzzz' is not known; known are accuracy, .*map_at_k.*\."):
        registry.get("zzzz")
