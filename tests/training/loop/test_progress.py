"""What a log without a terminal is told of a fold: a line an epoch, with the time that all folds need."""

import io
import sys
from pathlib import Path

import pytest

from podium.training.loop import progress
from tests.training.loop.test_engine import run


def test_a_line_says_how_long_all_folds_will_take() -> None:
    said = "loss 0.500"
    assert (
        progress.line(2, 1, 8, 95.2, 0, said) == "fold 2: epoch 1 of 8, loss 0.500, 95.2 s; about 11 min left"
    )
    line = progress.line(0, 1, 3, 2.0, 4, said)
    assert line.endswith("2.0 s; about 28 s left with 4 more, one after another")
    assert progress.line(0, 3, 3, 2.0, 0, said).endswith(", 2.0 s")


def test_a_log_has_one_line_an_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # no terminal
    run(tmp_path, epochs=3)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fold 0: epoch")]
    assert [line.partition(",")[0] for line in said] == [f"fold 0: epoch {n} of 3" for n in (1, 2, 3)]
    assert all("loss 0." in line or "loss 1." in line for line in said)
