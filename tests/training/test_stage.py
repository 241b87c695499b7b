"""The train stage as a process: killed at random moments it ends with the same bits; two processes as one."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from .conftest import write_params

ROOT = Path(__file__).parents[2]
MEETING_SECONDS = 300
STAGE = [sys.executable, "-m", "stages.train", "0"]
FILES = ("model.safetensors", "model.json", "history.csv", "batch.jpg")

pytestmark = pytest.mark.slow


def environment(cache: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PODIUM_CACHE": cache, "OMP_NUM_THREADS": "1"}


def stage(cache: str = "cache") -> subprocess.CompletedProcess[str]:
    return subprocess.run(STAGE, env=environment(cache), capture_output=True, text=True, check=False)


def result() -> list[bytes]:
    return [(Path("models/fold0") / name).read_bytes() for name in FILES]


def written(states: Path) -> list[int]:
    """When the states were written, in nanoseconds."""
    return [file.stat().st_mtime_ns for file in states.glob("*/state.pt")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_at_random_moments_it_ends_with_the_same_bits(project, number):
    write_params(project, freeze="last_stage", train={"epochs": 60, "ema": 0.9, "mixup": 0.3})
    assert stage("other").returncode == 0
    whole = result()
    Path("models/fold0/model.json").unlink()
    states = project / "cache/resume"
    moments = random.Random(0)
    killed = 0
    for _ in range(2):
        before = written(states)
        process = subprocess.Popen(STAGE, env=environment("cache"), stderr=subprocess.DEVNULL)
        while process.poll() is None and written(states) == before:
            time.sleep(0.05)
        time.sleep(moments.uniform(0, 0.6))
        process.send_signal(number)
        code = process.wait()
        killed += code != 0
        if number == signal.SIGTERM:
            assert code in (0, 130)
        if code == 0:
            break
    assert killed
    assert stage().returncode == 0
    assert result() == whole
    assert not list(states.glob("*/state.pt"))


def together() -> "subprocess.CompletedProcess[str]":
    """The stage with all its processes, ended where they do not meet: Lightning waits half an hour."""
    with subprocess.Popen(
        STAGE, env=environment("cache"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, said = process.communicate(timeout=MEETING_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, said = process.communicate()
    return subprocess.CompletedProcess(STAGE, process.returncode, out, said)


def test_two_processes_train_as_one(project, monkeypatch):
    """A linear head: batch norm, which counts each device's rows apart, is not in it.

    Another program listens where they would meet by Lightning's default: they meet over a file.
    """
    taken = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("MASTER_PORT", str(taken.getsockname()[1]))
    histories, weights = [], []
    for devices in (1, 2):
        exact = {"epochs": 3, "devices": devices, "sampler": "balanced", "precision": "32"}
        write_params(project, freeze="head", train=exact)
        done = together()
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("kept") == done.stdout.count("fold 0: 30 images") == 1  # written, said once
        histories.append(pd.read_csv("models/fold0/history.csv"))
        weights.append(load_file("models/fold0/model.safetensors"))
    pd.testing.assert_frame_equal(*histories, rtol=1e-4)
    for name, value in weights[0].items():
        assert torch.allclose(value.float(), weights[1][name].float(), atol=1e-5), name
    taken.close()


def test_a_full_disk_is_said_and_leaves_nothing_half_made(project):
    write_params(project, freeze="last_stage")
    limited = ["bash", "-c", f"ulimit -f 900; exec {' '.join(STAGE)}"]  # KiB a file: the weights are larger
    done = subprocess.run(limited, env=environment("cache"), capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not Path("models/fold0").exists()
    assert not list(Path("models").glob(".*")) if Path("models").exists() else True
