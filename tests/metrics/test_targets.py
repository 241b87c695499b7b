"""Metrics of label sets and of numbers: answers by hand, and scikit-learn's word on random ones."""

import numpy as np
import pytest
from sklearn import metrics as sk

from podium.contracts.competition import Competition
from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.metrics.metric import Metric
from podium.metrics.numbers import NUMBERS
from podium.metrics.sets import SETS

TRUTH = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]], float)
PROBS = np.array([[0.9, 0.2, 0.4], [0.6, 0.5, 0.1], [0.1, 0.3, 0.2], [0.8, 0.4, 0.3]])
ALL: dict[str, Metric] = {f"sets {n}": m for n, m in SETS.items()} | {
    f"numbers {n}": m for n, m in NUMBERS.items()
}


def case(name: str) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    if name.startswith("numbers"):
        truth = generator.normal(100, 10, (50, 3))
        return truth, truth + generator.normal(0, 4, truth.shape)
    truth = (generator.random((50, 3)) < 0.4).astype(float)
    return truth, np.round(np.clip(truth * 0.3 + generator.random(truth.shape) * 0.7, 0.01, 0.99), 2)


def test_f1_of_sets_by_hand() -> None:
    # decisions: 100, 110, 000, 100; right 1+1+0+1 = 3 of 5 given and 4 claimed
    assert SETS["f1_micro"].function(TRUTH, PROBS) == pytest.approx(2 * 3 / (5 + 4))
    assert SETS["f1_samples"].function(TRUTH, PROBS) == pytest.approx((2 / 3 + 2 / 3 + 1 + 2 / 3) / 4)
    assert SETS["f1_macro"].function(TRUTH, PROBS) == pytest.approx((4 / 5 + 2 / 3 + 0) / 3)
    assert SETS["accuracy"].function(TRUTH, PROBS) == pytest.approx(1 / 4)


def test_scikit_learn_agrees_on_sets() -> None:
    truth, probs = case("sets")
    choice = probs >= 0.5
    for name, average in (("f1_macro", "macro"), ("f1_micro", "micro"), ("f1_samples", "samples")):
        wanted = sk.f1_score(
            truth, choice, average=average, zero_division=1.0 if average == "samples" else 0.0
        )
        assert SETS[name].function(truth, probs) == pytest.approx(wanted)
    assert SETS["roc_auc"].function(truth, probs) == pytest.approx(
        sk.roc_auc_score(truth, probs, average="macro")
    )
    wanted = sk.average_precision_score(truth, probs, average="macro")
    assert SETS["average_precision"].function(truth, probs) == pytest.approx(wanted)
    wanted = np.mean([sk.log_loss(truth[:, c], probs[:, c]) for c in range(3)])
    assert SETS["log_loss"].function(truth, probs) == pytest.approx(wanted)


def test_scikit_learn_agrees_on_numbers() -> None:
    truth, values = case("numbers")
    assert NUMBERS["rmse"].function(truth, values) == pytest.approx(sk.root_mean_squared_error(truth, values))
    assert NUMBERS["mae"].function(truth, values) == pytest.approx(sk.mean_absolute_error(truth, values))
    assert NUMBERS["r2"].function(truth, values) == pytest.approx(sk.r2_score(truth, values))


def test_a_number_that_never_varies_explains_nothing() -> None:
    flat = np.full((4, 1), 1e6)
    assert NUMBERS["r2"].function(flat, flat + 1) == 0.0
    assert NUMBERS["r2"].function(flat, flat) == 1.0


def test_a_label_that_no_image_has_is_left_out_of_the_mean() -> None:
    truth, probs = TRUTH[:, :2].copy(), PROBS[:, :2]
    alone = SETS["roc_auc"].function(truth[:, :1], probs[:, :1])
    truth[:, 1] = 0
    assert SETS["roc_auc"].function(truth, probs) == pytest.approx(alone)
    assert SETS["average_precision"].function(truth, probs) == pytest.approx(
        SETS["average_precision"].function(truth[:, :1], probs[:, :1])
    )


@pytest.mark.parametrize("name", ALL)
def test_a_weight_of_two_is_the_image_twice(name: str) -> None:
    truth, probs = case(name)
    weights = np.random.default_rng(0).integers(0, 3, len(truth))
    twice = np.repeat(np.arange(len(truth)), weights)
    found = ALL[name].scores(truth, probs, weights[None].astype(float))
    assert found[0] == pytest.approx(ALL[name].function(truth[twice], probs[twice]))


@pytest.mark.parametrize("name", ALL)
def test_being_right_is_best(name: str) -> None:
    truth, _ = case(name)
    metric = ALL[name]
    best, worst = metric.function(truth, truth), metric.function(truth, truth[::-1])
    assert metric.goodness(best) > metric.goodness(worst)
    assert best == pytest.approx(1.0 if metric.greater_is_better else 0.0)


def test_a_metric_on_a_table_judges_labels_by_their_targets() -> None:
    table = np.array([[0, 0], [1, 0], [1, 1]], np.float32)
    labels, probs = np.array([2, 0, 1]), np.array([[0.9, 0.6], [0.2, 0.1], [0.4, 0.7]])
    metric = SETS["f1_micro"]
    assert metric.on(table).function(labels, probs) == metric.function(table[labels], probs)


def test_a_metric_of_another_task_is_refused() -> None:
    found = Competition(
        name="t", task="multi", classes=["a", "b"], answers=["a", "a|b"], metric="quadratic_kappa",
        form="label", id_column="id", columns=["label"], values=[], column_classes=[],
    )  # fmt: skip
    with pytest.raises(UserError, match=r"quadratic_kappa does not judge the task multi, which roc_auc, "):
        registry.of(found)
    with pytest.raises(UserError, match="rmse does not judge the task single, which accuracy, "):
        registry.of(found.model_copy(update={"task": "single", "metric": "rmse"}))
    assert registry.get("rmse").greater_is_better is False


WEIGHABLE = [name for name, metric in ALL.items() if metric.weighable]


@pytest.mark.parametrize("name", WEIGHABLE)
def test_columns_that_count_alike_change_nothing(name: str) -> None:
    truth, probs = case(name)
    assert ALL[name].counting([3, 3, 3]).function(truth, probs) == pytest.approx(
        ALL[name].function(truth, probs)
    )


@pytest.mark.parametrize("name", WEIGHABLE)
def test_a_column_that_counts_twice_is_the_column_twice(name: str) -> None:
    truth, probs = case(name)
    twice = ALL[name].function(truth[:, [0, 1, 2, 2]], probs[:, [0, 1, 2, 2]])
    assert ALL[name].counting([1, 1, 2]).function(truth, probs) == pytest.approx(twice)
    assert twice != pytest.approx(ALL[name].function(truth, probs))


def test_any_counts_twice_in_the_log_loss_by_hand() -> None:
    metric = SETS["log_loss"].counting([1, 2])
    found = metric.function(np.array([[1.0, 1.0]]), np.array([[0.5, 0.25]]))
    assert found == pytest.approx((np.log(2) + 2 * np.log(4)) / 3)


def test_scikit_learn_agrees_on_r2_of_all_cells() -> None:
    truth, values = case("numbers")
    truth, values = truth * [1, 2, 5], values * [1, 2, 5]
    counts = np.array([0.1, 0.4, 0.5])
    wanted = sk.r2_score(truth.ravel(), values.ravel(), sample_weight=np.tile(counts, len(truth)))
    assert NUMBERS["global_r2"].counting(counts).function(truth, values) == pytest.approx(wanted)
    assert NUMBERS["r2"].counting(counts).function(truth, values) != pytest.approx(wanted, abs=1e-3)


def test_the_competitions_own_metric_has_its_weights_and_those_beside_have_none() -> None:
    found = Competition(
        name="t", task="multi", classes=["a", "b"], answers=["a", "a|b"], metric="log_loss", weights=[1, 2],
        form="chances", id_column="id", columns=["a", "b"], values=[], column_classes=[0, 1],
    )  # fmt: skip
    labels, probs = np.array([0, 1]), np.array([[0.9, 0.4], [0.6, 0.7]])
    own, beside = registry.of(found), {one.name: one for one in registry.beside(found)}
    assert own.function(labels, probs) == SETS["log_loss"].counting([1, 2]).function(
        found.table[labels], probs
    )
    assert beside["log_loss"].columns is None and registry.suited("roc_auc", found).columns is None
