"""What a log without a terminal is told of a fold that takes long."""

import io
import sys
from pathlib import Path

import pytest

from podium.training.loop import progress
from tests.training.loop.test_engine import run


def test_long_trainings_say_how_long() -> None:
    assert progress.left(2, 1, 8, 95.2) == "fold 2: epoch 1 of 8 took 95 s, the rest about 11 min"
    assert progress.left(0, 1, 8, 8.0) == "" and progress.left(0, 1, 1, 500.0) == ""


def test_a_log_is_told_once_after_the_first_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LONG", 0.0)
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # no terminal
    run(tmp_path, epochs=3)
    said = [line for line in capsys.readouterr().out.splitlines() if "the rest about" in line]
    assert len(said) == 1 and said[0].startswith("fold 0: epoch 1 of 3 took ")
