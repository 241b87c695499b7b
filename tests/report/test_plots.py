"""The tables that `dvc plots` draws."""

from pathlib import Path

import pandas as pd
import pytest

from podium.report import plots
from podium.report.evidence import gather


def test_history_is_the_mean_of_the_folds_that_got_there() -> None:
    frame = plots.history({0: {"train_loss": [4.0, 2.0]}, 1: {"train_loss": [2.0]}, 2: {}})
    assert frame["epoch"].tolist() == [1, 2] and frame["train_loss"].tolist() == [3.0, 2.0]


def test_a_run_without_epochs_has_the_header_alone() -> None:
    frame = plots.history({0: {}})
    assert frame.empty and list(frame) == ["epoch", *plots.COLUMNS]


@pytest.mark.usefixtures("finished")
def test_confusion_has_a_row_an_image() -> None:
    plots.write(gather([0, 1]))
    frame = pd.read_csv(Path("reports/plots/confusion.csv"))
    assert len(frame) == 12
    assert int((frame["given"] != frame["predicted"]).sum()) == 2
