"""What of a vote stands in metrics.json."""

import json
from pathlib import Path

import numpy as np
import pytest

from podium.contracts import metrics
from podium.metrics import registry, report

ACCURACY = registry.get("accuracy")


def test_cross_validation_by_hand() -> None:
    labels, home = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    probs = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]])
    found = report.cross_validation(ACCURACY, labels, probs, home, np.arange(4), 0)
    assert report.spread(ACCURACY, labels, probs, home) == {"cv_mean": 0.75, "cv_spread": 0.25}
    assert found["cv"] == found["accuracy"] == 0.75 and found["folds"] == "0,1" and found["n"] == 4
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.9]).mean())


@pytest.mark.parametrize(
    ("ran", "effort", "own", "said", "part"),
    [
        (5, "auto", True, "whole: 5 folds, 90 images", ""),
        (5, "auto", False, "whole: 5 folds, 90 images, of other experiments", ""),
        (1, "auto", True, "partial: 1 of 5 folds, 90 images", "partial: 1 of 5 folds, 90 images"),
        (5, "probe", True, "probes only: 5 folds, 90 images", "probes only: 5 folds, 90 images"),
        (2, "probe", True, "probes only: 2 of 5 folds, 90 images", "probes only: 2 of 5 folds, 90 images"),
    ],
)
def test_what_the_scores_stand_on(ran: int, effort: str, own: bool, said: str, part: str) -> None:
    found = {metrics.RUN: report.scope(np.arange(90) % ran, 5, effort, own)}
    assert found == {"Run": said}
    assert metrics.partial(found) == part and metrics.of_others(found) is not own
    assert min("accuracy", metrics.RUN) == metrics.RUN  # where DVC sorts the keys, it comes first


def test_a_run_of_before_that_says_nothing_is_not_held_for_partial() -> None:
    assert metrics.partial({"cv": 0.5}) == "" and not metrics.of_others({"cv": 0.5})


def test_without_a_hold_out_nothing_is_said() -> None:
    assert report.held_out(ACCURACY, np.empty(0, int), np.empty((0, 2)), np.empty(0, int), 0) == {}


def test_few_numbers_of_each_facts_file(tmp_path: Path) -> None:
    values = {"tta_gain": 0.01, "tta_views": "hflip", "ok": True, "sentences": ["x"]}
    (tmp_path / "facts.json").write_text(json.dumps(values | {f"n{i}": i for i in range(9)}))
    found = report.facts((tmp_path, tmp_path / "none"))
    assert list(found) == ["tta_gain", "n0", "n1", "n2", "n3", "n4"]


def test_the_run_says_how_long_it_worked_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/times").mkdir(parents=True)
    (tmp_path / "data/times/embed.json").write_text(json.dumps({"began": 1.0, "seconds": 90.0}))
    found = report.work()
    assert found["minutes"] == 1.5 and "cores" in str(found["machine"])
