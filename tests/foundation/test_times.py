"""How long stages took: written by those that DVC started, read from `check` on."""

from pathlib import Path

import pytest

from podium.foundation import times
from podium.foundation.files import write_json


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_only_a_stage_of_dvc_leaves_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_STAGE", raising=False)
    times.note(0.0)
    assert times.read() == []
    monkeypatch.setenv("DVC_STAGE", "train@0")
    times.note(0.0)
    (took,) = times.read()
    assert took.stage == "train@0" and took.seconds > 1e9 and times.minutes([took]) == took.seconds / 60


def test_what_ran_before_check_belongs_to_another_run() -> None:
    for stage, began in (("embed", 1.0), ("check", 2.0), ("train@0", 3.0)):
        write_json(times.FOLDER / f"{stage}.json", {"began": began, "seconds": 1.0})
    assert [took.stage for took in times.read()] == ["check", "train@0"]


def test_a_broken_file_is_passed_over() -> None:
    times.FOLDER.mkdir(parents=True)
    (times.FOLDER / "x.json").write_text("{}")
    assert times.read() == []
