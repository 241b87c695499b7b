"""One run against another: the paired difference and its word."""

import numpy as np
import pandas as pd
import pytest

from podium.experiments import compare, earlier
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.foundation import params
from podium.metrics import registry

LABELS = np.arange(200) % 2
RIGHT = np.eye(2)[LABELS]
ACCURACY = registry.get("accuracy")


def wrong(rows: int) -> np.ndarray:
    probs = RIGHT.copy()
    probs[:rows] = 1 - probs[:rows]
    return probs


@pytest.mark.parametrize(
    ("ours", "theirs", "word"),
    [(0, 40, "better"), (40, 0, "worse"), (1, 0, "not to be told apart"), (5, 5, "the same")],
)
def test_the_word_is_what_the_paired_interval_allows(ours: int, theirs: int, word: str) -> None:
    found = compare.difference(ACCURACY, LABELS, wrong(ours), wrong(theirs))
    assert found.word == word
    assert found.score == pytest.approx((theirs - ours) / 200)


def test_what_rounding_leaves_is_the_same() -> None:
    """The geometric vote of one network beside its soft one: "+0.0000 (+0.0000 to +0.0000): worse"."""
    told = compare.difference(
        registry.get("log_loss"), LABELS, wrong(0) * 0.8 + 0.1 + 1e-9, wrong(0) * 0.8 + 0.1
    )
    assert told.word == told.text() == "the same"


def test_pairing_tells_apart_what_two_intervals_do_not() -> None:
    found = compare.difference(ACCURACY, LABELS, wrong(60), wrong(66))
    assert found.word == "better" and found.low > 0


def test_less_is_better_where_the_metric_is_a_loss() -> None:
    assert Difference(-0.1, -0.2, -0.05, 9, greater_is_better=False).word == "better"
    assert Difference(0.1, 0.05, 0.2, 9, greater_is_better=False).word == "worse"


def test_an_earlier_run_is_compared_on_the_images_that_both_predict() -> None:
    ids = [f"train/{i:03d}" for i in range(200)]
    split = pd.DataFrame({"image_id": ids, "label": LABELS, "group": ids})
    theirs = Earlier("0" * 40, {}, {}, ["a", "b"], ids[100:], wrong(0)[100:].astype(np.float32), split)
    ours = (ids, wrong(150).astype(np.float32))
    found = earlier.difference(ACCURACY, split, ["a", "b"], ours, theirs)
    assert found is not None and found.images == 100 and found.score == pytest.approx(-0.5)
    assert earlier.difference(ACCURACY, split, ["a", "c"], ours, theirs) is None


def test_what_changed_is_said_as_a_command_line_takes_it() -> None:
    before = {"model": "auto", "train": {"lr": "auto", "epochs": 3}, "folds": [0, 1]}
    after = {"model": "x", "train": {"lr": 0.01, "epochs": 3}, "folds": [0]}
    assert params.changed(before, after) == ["model=x", "train.lr=0.01", "folds=[0]"]
    assert params.changed(before, before) == []
