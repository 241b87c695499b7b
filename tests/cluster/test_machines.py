"""Where the work goes: CLUSTER=, GPUS= and JOBS= as words, and what they refuse."""

import os
import signal
import sys
from pathlib import Path

import pytest

from podium.cluster import folds, machines
from podium.foundation.errors import UserError
from podium.foundation.run import cores


def test_a_gpu_is_a_place_and_so_is_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folds side by side share the cores: each counts on its own part for the workers that feed its GPU."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(9)))
    found = machines.places("0,2", "1")
    assert found == [{"CUDA_VISIBLE_DEVICES": gpu, "PODIUM_CORES": "4"} for gpu in "02"]
    assert machines.places("", "3") == [{}, {}, {}]
    assert cores() == 9
    monkeypatch.setenv("PODIUM_CORES", found[0]["PODIUM_CORES"])
    assert cores() == 4


@pytest.mark.parametrize(
    ("gpus", "jobs", "found"), [("a", "1", "GPUS=a"), ("1,1", "1", "GPUS=1,1"), ("", "0", "JOBS=0")]
)
def test_what_is_no_place_is_refused(gpus: str, jobs: str, found: str) -> None:
    with pytest.raises(UserError, match=found):
        machines.places(gpus, jobs)


def test_a_cluster_is_an_address_a_batch_system_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("kind: slurm\nqueue: gpu\ncores: 4\n")
    assert machines.options("") == {}
    assert machines.options("tcp://first:8786") == {"address": "tcp://first:8786"}
    assert machines.options("pbs") == {"kind": "pbs"}
    assert machines.options(str(file)) == {"kind": "slurm", "queue": "gpu", "cores": 4}


@pytest.mark.parametrize(
    ("text", "found"),
    [("kind: slrum\n", "kind is 'slrum'"), ("queue: gpu\n", "kind is None"), ("a: [\n", "no YAML")],
)
def test_a_file_that_names_no_batch_system_is_refused(text: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(UserError, match=found):
        machines.options(str(tmp_path / "mine.yaml"))


def test_another_word_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"CLUSTER=slrm: give a scheduler's address .*slurm"):
        machines.options("slrm")


def test_folds_that_would_fight_for_cores_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folds, "cores", lambda: 4)
    folds.warn([{}, {}], 2)
    assert capsys.readouterr().out == ""
    folds.warn([{}, {}, {}, {}], 2)
    assert "set threads to 1" in capsys.readouterr().out


def test_a_batch_systems_library_does_not_take_the_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "dask_jobqueue"]:
        monkeypatch.delitem(sys.modules, name)
    before = signal.getsignal(signal.SIGINT)
    assert machines._class_of("slurm").__name__ == "SLURMCluster"
    assert signal.getsignal(signal.SIGINT) is before
