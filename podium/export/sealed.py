"""A script run as Kaggle would run it: no network, nothing of the project, none of its packages."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from podium.foundation.errors import UserError

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES",
        "LD_LIBRARY_PATH")  # fmt: skip
ABSENT = (
    "albumentations", "chardet", "cleanlab", "dvc", "kaggle", "lightning", "onnx", "onnxruntime", "pydantic",
    "safetensors", "stages", "timm", "ttach",
)  # fmt: skip  # what Podium needs and a notebook's machine may not have
NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")  # a network without any interface
# Refuses connections and those packages, then runs the script. The hook cannot be taken out again.
GUARD = """
import runpy, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in %r:
            raise ModuleNotFoundError("not there where this will run: " + name, name=name)
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise OSError("there is no network here: " + event)
sys.meta_path.insert(0, Absent())
sys.addaudithook(refuse)
script = sys.argv[1]
sys.argv = sys.argv[1:]
runpy.run_path(script, run_name="__main__")
"""
MEGA = 1e6


@dataclass(frozen=True)
class Ran:
    """What a sealed run said, its seconds, and the most memory that it held."""

    said: str
    seconds: float
    megabytes: float


def no_network() -> tuple[list[str], str]:
    """(what goes in front of a command, in words why it then has no network)."""
    try:
        done = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
        if done.returncode == 0:
            return list(NAMESPACE), "a network namespace without interfaces, and a guard on every socket"
    except OSError:
        pass
    return [], "a guard on every socket (this system gives no network namespace)"


def run(
    script: Path,
    words: Sequence[str | Path] = (),
    place: Path | None = None,
    given: Sequence[str] = (),
    **more: str,
) -> Ran:
    """Runs the script in `place` (an empty folder) with only `more` and the usual in its environment.

    given: packages of ABSENT that it may have all the same. Raises UserError with its last line if it fails.
    """
    front, _ = no_network()
    guard = GUARD % (tuple(name for name in ABSENT if name not in given),)
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | more
    command = [*front, sys.executable, "-I", "-B", "-c", guard, str(script.resolve()), *map(str, words)]
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=place or empty, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        said = out.read()
    if process.returncode:
        last = " ".join(said.strip().splitlines()[-1:])
        raise UserError(f"{script} fails where nothing of the project can be found: {last}")
    unit = 1024 if sys.platform != "darwin" else 1  # of ru_maxrss, bytes
    return Ran(said, seconds, used.ru_maxrss * unit / MEGA)
