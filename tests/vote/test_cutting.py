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
