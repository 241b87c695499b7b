"""Folds side by side: places, warnings, and one failure that stops the others from starting."""

import subprocess
import sys
import threading

import pytest

from podium.foundation.errors import UserError
from podium.project import side_by_side


def test_a_gpu_is_a_place_and_so_is_a_job():
    assert side_by_side.places("0,2", "1") == [{"CUDA_VISIBLE_DEVICES": "0"}, {"CUDA_VISIBLE_DEVICES": "2"}]
    assert side_by_side.places("", "3") == [{}, {}, {}]


@pytest.mark.parametrize(
    ("gpus", "jobs", "found"), [("a", "1", "GPUS=a"), ("1,1", "1", "GPUS=1,1"), ("", "0", "JOBS=0")]
)
def test_what_is_no_place_is_refused(gpus, jobs, found):
    with pytest.raises(UserError, match=found):
        side_by_side.places(gpus, jobs)


class Process:
    def __init__(self, code: int) -> None:
        self.code = code

    def wait(self) -> int:
        return self.code


def test_each_fold_trains_once_where_a_place_is_free(monkeypatch):
    started = []

    def start(stages, place, *, single):
        started.append((stages[0], place["CUDA_VISIBLE_DEVICES"], single))
        return Process(0)

    monkeypatch.setattr(side_by_side, "_start", start)
    side_by_side.train([0, 1, 2, 4], side_by_side.places("0,1", "1"))
    assert sorted(name for name, _, _ in started) == ["train@0", "train@1", "train@2", "train@4"]
    assert all(single for _, _, single in started)


def test_a_failed_fold_is_named_and_stops_the_rest(monkeypatch):
    started = []

    def start(stages, place, *, single):
        started.append(stages[0])
        return Process(1)

    monkeypatch.setattr(side_by_side, "_start", start)
    with pytest.raises(UserError, match="fold 0 did not train"):
        side_by_side.train([0, 1, 2], [{}])
    assert started == ["train@0"]


def test_an_interrupt_waits_until_every_fold_has_saved_its_state(monkeypatch, tmp_path):
    script = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n"
        "    time.sleep(0.5); pathlib.Path(sys.argv[1]).touch(); sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "pathlib.Path(sys.argv[1] + '.ready').touch()\n"
        "time.sleep(60)\n"
    )

    def start(stages, place, *, single):
        return subprocess.Popen([sys.executable, "-c", script, str(tmp_path / stages[0])])

    class Interrupted(threading.Thread):
        def join(self, timeout=None):
            super().join(timeout)
            if len(list(tmp_path.glob("*.ready"))) == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(side_by_side, "_start", start)
    monkeypatch.setattr(side_by_side.threading, "Thread", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side.train([0, 1, 2], [{}, {}])
    assert {path.name for path in tmp_path.glob("train@?")} == {"train@0", "train@1"}
