"""Benchmarks of choices and of CV: regrets and foretold gains by hand, picks by make choose's own code."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import cv_inside, regret, truth
from benchmarks.cv_inside_table import counted, inside
from benchmarks.probed import Probed
from podium.contracts.competition import Competition
from podium.experiments.earlier import Earlier
from podium.metrics import registry

N = 200
LABELS = np.arange(N) % 2
SPLIT = pd.DataFrame({"image_id": [f"{i:03d}" for i in range(N)], "label": LABELS,
                      "group": [f"{i:03d}" for i in range(N)], "fold": np.arange(N) % 2})  # fmt: skip


def run(wrong: range) -> Probed:
    probs = np.eye(2, dtype=np.float32)[LABELS] * 0.8 + 0.1
    probs[list(wrong)] = probs[list(wrong), ::-1]
    scores = {"metric": "accuracy", "cv": 1 - len(wrong) / N, "folds": "0,1"}
    told = {"effort": "probe"}
    made = Earlier("", scores, told, ["x", "y"], SPLIT["image_id"].tolist(), probs, SPLIT)
    return Probed(made, probs, truth.Truth([], LABELS), Path())


def test_the_second_that_choose_takes_errs_on_other_images_and_is_not_the_second_best() -> None:
    found = regret.picks([run(range(90, 112)), run(range(21)), run(range(20))], ["other", "twin", "best"])
    assert found == {"choose": (2, 0), "two best by CV": (2, 1)}


def test_regrets_by_hand() -> None:
    public = np.array([[0.9, 0.5], [0.8, 0.6], [0.1, 0.7]])  # candidates, splits
    private = np.array([[0.5, 0.9], [0.6, 0.8], [0.9, 0.2]])
    lost = regret.regrets({"choose": (0, 2), "two best by CV": (1, 2)}, public, private)
    assert lost["choose"].tolist() == [0.0, 0.0]
    assert lost["two best by CV"] == pytest.approx([0.0, 0.1])
    assert lost["two best on the public board"] == pytest.approx([0.3, 0.1])


def test_folds_that_err_apart_gain_by_voting_as_foretold() -> None:
    """Three folds, sure of the same or each unsure of another third: the gain is what labels would show."""
    draw = np.random.default_rng(0)
    true = np.array([0.9, 0.1])
    tests = np.repeat(true[None, None], 3, axis=0).repeat(3000, axis=1)
    tests[0, :1000] = tests[1, 1000:2000] = tests[2, 2000:] = true[::-1]
    metric = registry.get("accuracy")
    foretold = cv_inside.foretold(metric, tests, draw, sets=False)
    vote = tests.mean(axis=0)
    share = vote[0, 0]  # the vote is right so often; a fold a third of the time not with it
    assert foretold == pytest.approx(share - (2 * share / 3 + (1 - share) / 3), abs=0.01)
    assert cv_inside.foretold(metric, tests[:1], draw, sets=False) == 0.0
    losses = registry.get("log_loss")
    assert cv_inside.foretold(losses, tests, draw, sets=False) < -0.01


def test_folds_inside_are_counted_by_either_interval() -> None:
    row = {"cv": 0.8, "cv_interval": (0.78, 0.82), "board_error": 0.02, "singles": [0.79, 0.83, 0.9]}
    assert counted(row) == (1, 2)
    told = row | {
        "competition": "c",
        "metric": "accuracy",
        "seed": 0,
        "vote_cv": 0.8,
        "gain": 0.05,
        "vote": 0.9,
    }
    page = inside({"rows": [told], "command": "x", "machine": {}})
    assert "1 of 3 single folds. Inside the board's: 2 of 3, and 0 of 1 votes" in page
    assert "0.9000, outside" in page


def test_a_solution_of_label_sets_is_read_in_the_order_of_the_classes(tmp_path: Path) -> None:
    solution = tmp_path / "solution.csv"
    solution.write_text("Id,b,a\nx,1,0\ny,1,1\n")
    found = Competition(name="c", task="multi", classes=["a", "b"], metric="roc_auc", form="chances",
                        id_column="Id", columns=["b", "a"], values=[], column_classes=[1, 0])  # fmt: skip
    shown = pd.DataFrame({"image_id": ["test/y", "test/x"], "submission_id": ["y", "x"]})
    read = truth.read(solution, found, shown)
    assert read.ids == ["test/x", "test/y"] and read.labels.tolist() == [[0, 1], [1, 1]]
    assert read.rows(["test/y", "test/x"]) == [1, 0]
