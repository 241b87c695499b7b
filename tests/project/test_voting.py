"""DVC as the make targets run it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SLOW_TO_END = """#!/bin/sh
trap 'sleep 1; echo ended > ended; exit 130' INT
touch begun
while :; do sleep 0.1; done
"""


def _heed() -> None:
    """What a shell starts in the background ignores Ctrl-C; this process shall not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_dvc_ends_by_itself(tmp_path: Path) -> None:
    """Killed at once, it left its locks behind: the next run began with a warning for each of them."""
    (tmp_path / "dvc").write_text(SLOW_TO_END)
    (tmp_path / "dvc").chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", "from podium.project import voting; voting.dvc('exp', 'run')"]
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
