"""Where the processes of one machine meet."""

import os
from pathlib import Path

import pytest

from podium.training.loop import meeting


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setenv(meeting.NAME, "")  # put back afterwards


@pytest.mark.parametrize("name", ["auto", "ddp"])
def test_the_processes_of_one_machine_meet_over_a_file(name):
    made = meeting.strategy(name, devices=2, nodes=1)
    assert isinstance(made, meeting.OverFile)
    assert Path(os.environ[meeting.NAME]).parent.is_dir() and not Path(os.environ[meeting.NAME]).exists()


@pytest.mark.parametrize(("name", "devices", "nodes"), [("auto", 1, 1), ("ddp", 2, 2), ("fsdp", 2, 1)])
def test_what_else_is_lightnings_own(name, devices, nodes):
    assert meeting.strategy(name, devices, nodes) == name


def test_processes_that_somebody_else_started_meet_where_that_one_says(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    meeting.strategy("auto", devices=2, nodes=1)
    assert not os.environ[meeting.NAME]
