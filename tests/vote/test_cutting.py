"""Cut points: where they lie, what they do to a prediction, and that they are judged honestly."""

import numpy as np
import pytest

from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.metrics.sets import SETS
from podium.vote import cutting
from podium.vote.calibration import attempt

KAPPA = registry.get("quadratic_kappa")


def test_a_cut_comes_to_lie_at_a_half_and_order_stays() -> None:
    probs = np.array([[0.0, 0.9], [0.2, 0.5], [0.1, 0.8], [1.0, 1.0]])
    turned = cutting.warp(probs, np.array([0.2, 0.8]))
    assert turned[1, 0] == 0.5 and turned[2, 1] == 0.5
    assert turned[0, 0] == 0.0 and turned[3].tolist() == [1.0, 1.0]
    assert (turned.argsort(0) == probs.argsort(0)).all()


def test_the_decided_grade_is_the_likeliest() -> None:
    probs = np.array([[0.5, 0.0, 0.5], [0.6, 0.4, 0.0], [1.0, 0.0, 0.0]])
    turned = cutting.regrade(probs, np.array([0.3, 1.5]))
    assert turned.argmax(1).tolist() == [1, 1, 0]
    assert turned.sum(1) == pytest.approx(np.ones(3))


def rare_labels(n: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels numbers, their table, and probabilities that are right in order and far too low."""
    generator = np.random.default_rng(0)
    table = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    labels = generator.choice(4, n, p=[0.6, 0.2, 0.15, 0.05])
    return labels, table, np.clip(table[labels] * 0.15 + generator.random((n, 2)) * 0.2, 0, 1)


def test_thresholds_find_labels_whose_probabilities_are_too_low() -> None:
    labels, table, probs = rare_labels()
    metric = SETS["f1_macro"].on(table)
    home = np.arange(len(labels)) % 5
    trial = attempt("auto", probs, labels, home, np.arange(len(labels)), metric, 0)
    assert trial.kind == "thresholds" and trial.kept
    assert metric.function(labels, probs) == 0.0
    assert metric.function(labels, trial.oof) > 0.8
    assert metric.function(labels, trial.calibration(probs)) >= metric.function(labels, trial.oof)


def test_nothing_is_turned_for_ranks() -> None:
    labels, table, probs = rare_labels()
    trial = attempt("auto", probs, labels, labels, labels, SETS["roc_auc"].on(table), 0)
    assert trial.kind == "none" and trial.oof is probs
    assert trial.calibration(probs) is probs


def test_grades_beat_the_likeliest_class() -> None:
    generator = np.random.default_rng(0)
    labels = np.sort(generator.integers(0, 4, 500))
    centre = labels * 0.6 + 0.2 + generator.normal(0, 0.3, 500)  # drawn to the low grades
    probs = np.exp(-((centre[:, None] - np.arange(4)) ** 2))
    probs /= probs.sum(1, keepdims=True)
    trial = attempt("auto", probs, labels, np.arange(500) % 5, np.arange(500), KAPPA, 0)
    assert trial.kind == "grades" and trial.kept and trial.gain > 0.05
    assert KAPPA.function(labels, trial.oof) > KAPPA.function(labels, probs) + 0.05


def test_cuts_of_noise_are_not_kept() -> None:
    generator = np.random.default_rng(1)
    labels, probs = generator.integers(0, 3, 60), generator.dirichlet(np.ones(3), 60)
    trial = attempt("auto", probs, labels, np.arange(60) % 5, np.arange(60), KAPPA, 0)
    assert not trial.kept and trial.oof is probs


def test_a_calibration_of_another_task_is_refused() -> None:
    labels, table, probs = rare_labels()
    with pytest.raises(
        UserError, match=r"calibrate: temperature is not for the metric f1_macro of this task"
    ):
        attempt("temperature", probs, labels, labels, labels, SETS["f1_macro"].on(table), 0)


MAP = registry.get("map_at_5")
NEW = 3  # the class of what is none of the others


def whales(k: int = 30, n: int = 900, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels of which a third are NEW, and predictions that know the others and nothing of NEW."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, k, n)
    labels[generator.random(n) < 1 / 3] = NEW
    logits = generator.normal(0, 1, (n, k))
    known = labels != NEW
    logits[known, labels[known]] += 4.5
    powers = np.exp(logits)
    return labels, powers / powers.sum(1, keepdims=True)


def test_the_unknown_is_placed_by_a_threshold_by_hand() -> None:
    probs = np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25]])
    turned = cutting.placed(probs, np.array([2, 0.0, 0.5]))  # before all that is less sure than a half
    assert turned.argsort(1)[:, ::-1].tolist() == [[0, 2, 1], [2, 0, 1]]
    assert turned.sum(1) == pytest.approx(np.ones(2))
    assert turned[0, 0] / turned[0, 1] == pytest.approx(0.7 / 0.2)


def test_a_threshold_finds_the_unknown() -> None:
    labels, probs = whales()
    metric = MAP.placing(NEW)
    trial = attempt("auto", probs, labels, np.arange(900) % 5, np.arange(900), metric, 0)
    assert trial.kind == "unknown" and trial.kept and trial.gain > 0.1
    assert trial.calibration.cuts is not None and trial.calibration.cuts[0] == NEW
    fresh, unseen = whales(seed=1)
    after, before = (metric.function(fresh, made) for made in (trial.calibration(unseen), unseen))
    assert after - before == pytest.approx(trial.gain, abs=0.05), (
        "what is gained out-of-fold is gained elsewhere"
    )


def test_no_image_is_placed_by_its_own_label() -> None:
    labels, probs = whales(n=300)
    home, metric = np.arange(300) % 5, MAP.placing(NEW)
    lies = np.where(home == 2, NEW, labels)
    honest, lied = (
        attempt("unknown", probs, told, home, np.arange(300), metric, 0).oof for told in (labels, lies)
    )
    assert (honest[home == 2] == lied[home == 2]).all() and (honest != lied).any()


def test_an_unknown_that_the_network_knows_stays() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 30, 400)
    probs = np.eye(30)[labels] * 0.9 + 0.1 / 30
    trial = attempt("auto", probs, labels, np.arange(400) % 5, np.arange(400), MAP.placing(NEW), 0)
    assert not trial.kept and trial.oof is probs


def test_of_very_many_classes_the_likeliest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, probs = whales(k=200)
    metric = MAP.placing(NEW)
    few = cutting.place(probs, labels, metric)
    monkeypatch.setattr(cutting, "NAMES", 1000)
    assert few == pytest.approx(cutting.place(probs, labels, metric))


def test_unknown_without_such_a_class_is_refused() -> None:
    labels, probs = whales(n=100)
    with pytest.raises(UserError, match=r"unknown places a class .* name it in competition.unknown"):
        attempt("unknown", probs, labels, np.arange(100) % 5, np.arange(100), MAP, 0)
