"""DVC as a script runs it: in the foreground, with what the script itself will say left to the script."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from podium.foundation import entry
from podium.foundation.errors import UserError
from podium.project import standing

PATIENCE = 60.0  # seconds that an interrupted run gets to save its state
HINTS = (
    "To track the changes with git",
    "git add ",
    "To enable auto staging",
    "dvc config core.autostage",
    "Use `dvc push`",
)


def dvc(*words: str, last_lines: bool = False, hints: bool = False) -> None:
    """Runs DVC with this Python's stages. Raises UserError where it fails, after its own words.

    last_lines: whether the run ends with its score and places; else the script prints them. hints: whether
    DVC's advice on Git is passed on; then its output goes to the terminal as it is, with progress bars.
    Ctrl-C reaches DVC and its stage too: they get time to end, and DVC to take its locks away. What it leaves
    is told once, by the script: KeyboardInterrupt goes on.
    """
    here = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment |= {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}  # read so below, in any locale
    environment |= {entry.INTERRUPT: entry.TOLD} | ({} if last_lines else {standing.LAST: standing.LATER})
    command = [sys.executable, "-m", "podium.project.plain_dvc", *words]
    output = None if hints else subprocess.PIPE
    process = subprocess.Popen(command, env=environment, stdout=output, text=True, encoding="utf-8")
    try:
        for line in without_hints(process.stdout or []):
            print(line, end="", flush=True)
        code = process.wait()
    except KeyboardInterrupt:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.terminate()
        raise
    if code:
        raise UserError(f"`dvc {' '.join(words)}` stopped; what it says above must be mended.")


def without_hints(lines: Iterable[str]) -> Iterator[str]:
    """DVC's output less its advice on git, which a script follows itself, and the blank lines around it."""
    blank = ""
    for line in lines:
        if line.strip() and not line.strip().startswith(HINTS):
            yield blank + line
            blank = ""
        elif not line.strip():
            blank = "\n"
        else:
            blank = ""
