"""Git, asked in one way; and what a full revision is."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from subprocess import CompletedProcess

FULL = re.compile("[0-9a-f]{40}")
NOT_THERE = 127  # a shell's exit code for a program that is not installed


def is_full(revision: str) -> bool:
    """Whether it is a commit's whole hash, which cannot come to mean another run."""
    return FULL.fullmatch(revision) is not None


def _full(revision: str) -> str:
    if not is_full(revision):
        raise ValueError(
            "give a full revision (40 hexadecimal digits), as `dvc exp list --sha-only` says: names move"
        )
    return revision


Revision = Annotated[str, AfterValidator(_full)]  # of a parameter that names a run


def repository() -> Path:
    """The repository that has the experiments: a temporary workspace's parent, or this folder."""
    return Path(os.environ.get("DVC_ROOT") or ".").resolve()


def has(revision: str) -> bool:
    """Whether the repository has that commit, whose hash is full."""
    return ask("-C", str(repository()), "cat-file", "-e", f"{revision}^{{commit}}").returncode == 0


def ask(*words: str) -> "CompletedProcess[str]":
    """What Git answers to `git <words>`, whatever its exit code; 127 where Git is not installed."""
    import subprocess  # eight modules that `check` seldom needs

    command = ["git", *words]
    try:
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        return subprocess.CompletedProcess(command, NOT_THERE, "", str(error))


def answer(*words: str) -> str:
    """What Git prints; "" where it fails."""
    done = ask(*words)
    return done.stdout if done.returncode == 0 else ""


def demand(*words: str) -> str:
    """What Git prints. Raises UserError with its own words where it fails."""
    done = ask(*words)
    if done.returncode:
        raise UserError(f"`git {' '.join(words)}` failed: {' '.join(done.stderr.split())}.")
    return done.stdout
