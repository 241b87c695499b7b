"""How every stage and script starts and ends: one sentence for a user's mistake, 130 after an interrupt."""

import errno
import gc
import io
import locale
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from podium.foundation import times
from podium.foundation.errors import UserError

USER_ERROR = 2
INTERRUPTED = 130  # DVC records a stage that exits 0 as done, even one that caught Ctrl-C
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)  # of a file or disk, told without a traceback
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, *CLOSED)
WATCH_SECONDS = 1.0
UTF8_MODE = "PYTHONUTF8"
OF_A_STAGE = "interrupted: nothing was recorded, the next `dvc repro` goes on"
OF_AN_EXPERIMENT = (
    "interrupted: no experiment was recorded; the same line again, or `dvc exp run{name}` where params.yaml "
    "has its settings already, goes on from here and keeps it (`dvc repro` finishes the work, and keeps none)"
)
INTERRUPT, TOLD = "PODIUM_INTERRUPT", "told"  # for the stages of a script that itself says what Ctrl-C leaves


def run(main: Callable[[], None], interrupted: str = OF_A_STAGE) -> None:
    """Runs a stage and exits: 0 done, 2 a user's mistake, 130 interrupted, 1 a defect of ours.

    `interrupted` is said after Ctrl-C: a script that is no stage says what is true of it, and a
    KeyboardInterrupt that carries its own sentence knows better still. PODIUM_DEBUG=1 shows the traceback of
    a user's mistake too.
    """
    _take_utf8()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    _watch_ancestors()
    _never_fail_to_speak()
    os.environ["MPLBACKEND"] = "Agg"  # a notebook's kernel sets its own, which stages do not have
    began = time.time()
    try:
        main()
        times.note(began)
    except UserError as error:
        if os.environ.get("PODIUM_DEBUG") == "1":
            traceback.print_exc()
        _leave(f"error: {error}", USER_ERROR)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _leave(f"error: {_no_room(error)}", USER_ERROR)
    except KeyboardInterrupt as interrupt:
        _leave(str(interrupt) or _in_an_experiment(interrupted), INTERRUPTED)
    finally:
        gc.freeze()  # the memory goes with the process: collecting what torch's modules hold takes 2 s


@contextmanager
def loading() -> Iterator[None]:
    """For the import of torch and friends: no garbage collection, which would take a fifth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()  # modules stay: no later collection looks at their million objects


def _in_an_experiment(interrupted: str) -> str:
    """A stage's words after Ctrl-C; DVC tells a stage which experiment it runs for."""
    if interrupted == OF_A_STAGE and os.environ.get(INTERRUPT) == TOLD:
        return "interrupted"
    if interrupted != OF_A_STAGE or not os.environ.get("DVC_EXP_BASELINE_REV"):
        return interrupted
    name = os.environ.get("DVC_EXP_NAME")
    return OF_AN_EXPERIMENT.format(name=f" --name {name}" if name else "")


def _no_room(error: OSError) -> str:
    if error.errno in CLOSED:
        return (
            f"{error.filename or 'a file'} cannot be opened ({error.strerror or error}): mend its rights or "
            "its mount, or use a copy in a folder of your own."
        )
    where = f"{error.filename or 'a file'} could not be written ({error.strerror or error})"
    place = Path(error.filename).absolute().parent if isinstance(error.filename, str) else Path.cwd()
    while not place.exists():
        place = place.parent
    left = f"{shutil.disk_usage(place).free / 1e6:,.1f} MB free"
    if os.statvfs(place).f_favail == 0 < os.statvfs(place).f_files:
        left = "no room for one more file, of whatever size"
    return f"{where}; the disk of {place} has {left}: free it (`dvc gc -w` drops what no run needs)."


def _take_utf8() -> None:
    """Starts this process anew where Python takes names and texts for other letters than UTF-8.

    So it does under LC_ALL=C with PYTHONUTF8=0, or in an older locale: libraries as pyarrow then fail on a
    path with an umlaut, and a program's output cannot be read.
    """
    found = {sys.getfilesystemencoding(), locale.getpreferredencoding(False)}
    if all(name.lower().replace("-", "") == "utf8" for name in found) or os.environ.get(UTF8_MODE) == "1":
        return
    os.environ[UTF8_MODE] = "1"  # what this process starts has it too
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _never_fail_to_speak() -> None:
    """Letters that a terminal or pipe lacks are spelled out (`\\u96ea`): no word may stop a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(sentence: str, code: int) -> None:
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(code)


def _watch_ancestors() -> None:
    """Interrupts this process when its shell, DVC or worker is gone: an orphan must not publish a result."""
    watched = _parent_and_grandparent()
    if os.environ.get("PODIUM_WATCHED", "").isdigit():  # a worker of podium/cluster, in whose clone this runs
        watched.append(int(os.environ["PODIUM_WATCHED"]))

    def watch() -> None:
        while all(_alive(process) for process in watched):
            time.sleep(WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    if os.environ.get("DVC_ROOT") and watched:
        threading.Thread(target=watch, daemon=True, name="ancestors").start()


def _parent_and_grandparent() -> list[int]:
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/stat") as file:
            grandparent = int(file.read().rpartition(")")[2].split()[1])
    except OSError:  # no /proc (macOS): the parent alone is watched
        grandparent = 0
    return [process for process in (parent, grandparent) if process > 1]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
