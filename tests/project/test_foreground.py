"""DVC as the make targets run it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from podium.foundation import entry
from podium.foundation.errors import UserError
from podium.project import foreground, plain_dvc, standing

SLOW_TO_END = """
import pathlib, signal, sys, time

def end(*_):
    time.sleep(1)
    pathlib.Path("ended").touch()
    sys.exit(130)

signal.signal(signal.SIGINT, end)
pathlib.Path("begun").touch()
time.sleep(60)
"""


def _heed() -> None:
    """What a shell starts in the background ignores Ctrl-C; this process shall not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_dvc_ends_by_itself(tmp_path: Path) -> None:
    """Killed at once, it left its locks behind: the next run began with a warning for each of them."""
    (tmp_path / "dvc.py").write_text(SLOW_TO_END)
    env = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
    command = [sys.executable, "-c", "from podium.project.foreground import dvc; dvc('exp', 'run')"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=env,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_heed,  # noqa: PLW1509
    )
    try:
        end = time.monotonic() + 30
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (tmp_path / "ended").exists()


def test_a_failing_pipeline_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"`dvc repro` stopped; what it says above must be mended"):
        foreground.dvc("repro")


def test_dvcs_advice_on_git_is_not_passed_on() -> None:
    lines = [
        "Running stage 'embed':\n", "\n", "embedded\n", "\n", "To track the changes with git, run:\n", "\n",
        "\tgit add dvc.lock\n", "\n", "To enable auto staging, run:\n", "\n",
        "\tdvc config core.autostage true\n", "Use `dvc push` to send your updates to remote storage.\n",
    ]  # fmt: skip
    assert "".join(foreground.without_hints(lines)) == "Running stage 'embed':\n\nembedded\n"


def test_the_last_lines_wait_for_the_baselines_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's stage printed them too, with `baseline none yet` before the commit that makes it."""
    told: dict[str, str] = {}

    def popen(_command: list[str], env: dict[str, str], **_: object) -> None:
        told.update(env)
        raise KeyboardInterrupt

    monkeypatch.setattr(foreground.subprocess, "Popen", popen)
    with pytest.raises(KeyboardInterrupt):
        foreground.dvc("repro")
    assert told[standing.LAST] == standing.LATER and told[entry.INTERRUPT] == entry.TOLD


def test_outs_that_no_run_has_made_yet_are_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """DVC itself says it here, so that the test fails where its words change."""
    run = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True, text=True)
    run(["git", "init", "-q"])
    run([sys.executable, "-m", "dvc", "init", "-q"])
    (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: echo 1 > out\n    outs: [out]\n")
    here = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    run(["git", "add", "-A"])
    run([*here, "commit", "-qm", "a"])
    words = ("checkout", "--force", "--allow-missing")
    assert plain_dvc.UNMADE in run([sys.executable, "-m", "dvc", *words]).stderr
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    monkeypatch.chdir(tmp_path)
    foreground.dvc(*words)
    said = "".join(capfd.readouterr())
    assert "WARNING" not in said and plain_dvc.UNMADE not in said
