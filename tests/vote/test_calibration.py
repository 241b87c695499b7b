"""Temperatures and priors are found, are nested, and are dropped where they do not pay."""

import numpy as np
import pytest

from podium.metrics import registry
from podium.vote import calibration
from tests.vote.cases import pool, probs

LOSS, F1 = registry.get("log_loss"), registry.get("f1_macro")


def too_sure(n: int = 600, factor: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from known probabilities, and those probabilities sharpened by `factor`."""
    generator = np.random.default_rng(0)
    honest = probs(generator, generator.integers(0, 3, n), 3, sure=0.5)
    labels = (generator.random((n, 1)) > honest.cumsum(1)).sum(1)
    sharp = honest**factor
    return labels, sharp / sharp.sum(1, keepdims=True)


def attempt(
    wanted: str, labels: np.ndarray, made: np.ndarray, metric: registry.Metric
) -> calibration.CalibrationTrial:
    n = len(labels)
    return calibration.attempt(wanted, made, labels, np.arange(n) % 5, np.arange(n), metric, 0)


def test_the_temperature_undoes_what_was_done() -> None:
    labels, sharp = too_sure()
    trial = attempt("auto", labels, sharp, LOSS)
    assert trial.kept and trial.gain > 2 * trial.error
    assert trial.calibration.temperature == pytest.approx(3.0, rel=0.15)
    assert LOSS.function(labels, trial.oof) == pytest.approx(LOSS.function(labels, sharp) - trial.gain)


def test_honest_probabilities_stay_as_they_are() -> None:
    labels, honest = too_sure(factor=1.0)
    trial = attempt("auto", labels, honest, LOSS)
    assert not trial.kept
    assert trial.oof is honest
    assert trial.calibration(honest) == pytest.approx(honest)


def test_no_image_is_calibrated_by_its_own_label() -> None:
    labels, sharp = too_sure(200)
    lies = np.where(np.arange(200) % 5 == 3, (labels + 1) % 3, labels)
    honest, lied = (attempt("temperature", told, sharp, LOSS).oof for told in (labels, lies))
    assert (honest[np.arange(200) % 5 == 3] == lied[np.arange(200) % 5 == 3]).all()
    assert (honest != lied).any()


def test_priors_give_a_rare_class_its_share() -> None:
    generator = np.random.default_rng(0)
    labels = (generator.random(2000) < 0.06).astype(int)
    score = 1 / (1 + np.exp(-(generator.normal(size=2000) + 2.0 * labels - 3.5)))
    made = np.stack([1 - score, score], 1)
    trial = attempt("auto", labels, made, F1)
    assert trial.kind == "priors" and trial.kept
    assert trial.calibration.priors[1] / trial.calibration.priors[0] > 1.5


def test_equal_factors_keep_one() -> None:
    labels = np.array([0, 1, 2] * 10)
    found = calibration.fit("priors", np.eye(3)[labels] * 0.98 + 0.01, labels, F1)
    assert found.priors.tolist() == [1, 1, 1]


def test_under_kappa_cut_points_and_priors_are_both_tried() -> None:
    generator = np.random.default_rng(0)
    labels = generator.choice(4, 900, p=[0.7, 0.15, 0.1, 0.05])
    made = probs(generator, labels, 4, sure=0.45)
    kappa = registry.get("quadratic_kappa")
    both = {kind: attempt(kind, labels, made, kappa) for kind in ("grades", "priors")}
    best = max(both, key=lambda kind: both[kind].gain)
    trial = attempt("auto", labels, made, kappa)
    assert (trial.kind, trial.gain) == (best, both[best].gain)


@pytest.mark.parametrize("name", ["accuracy", "roc_auc", "map_at_k"])
def test_metrics_that_want_none_get_none(name: str) -> None:
    made = pool()
    first = made.oof[0]
    trial = attempt("auto", made.labels, first, registry.get(name))
    assert trial.kind == "none" and trial.oof is first


def test_without_an_error_seen_nothing_is_made_surer() -> None:
    """Else 0.9 becomes 0.9999999 on the test images, and one mistake there costs 16 nats."""
    labels = np.arange(40) % 2
    chances = np.where(np.eye(2)[labels] == 1, 0.9, 0.1)
    assert calibration.fit("temperature", chances, labels, registry.get("log_loss")).temperature == 1.0
    chances[0] = chances[0, ::-1]  # one error: the best temperature has an end
    assert calibration.fit("temperature", chances, labels, registry.get("log_loss")).temperature < 1.0


def test_shares_of_votes_are_no_candidates_under_log_loss() -> None:
    from podium.vote import voter

    assert "probs" not in voter.load("hard").WANTS  # type: ignore[attr-defined]
