"""How long each stage took, beside the artifacts: DVC does not keep it, and no result depends on it.

data/times/<stage>.json is written by the stage that ended; `check` runs first whenever params or code
change, so that what began after it belongs to this run.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from podium.foundation.files import write_json

FOLDER = Path("data/times")
FIRST = "check"


@dataclass(frozen=True)
class Took:
    """A stage as DVC names it (train@0), when it began (seconds since 1970) and how many seconds it took."""

    stage: str
    began: float
    seconds: float


def note(began: float) -> None:
    """Writes how long the stage that DVC started has taken; nothing for a script that DVC did not start."""
    stage = os.environ.get("DVC_STAGE", "").rpartition(":")[2]
    if stage:
        taken = {"began": round(began, 3), "seconds": round(time.time() - began, 3)}
        write_json(FOLDER / f"{stage}.json", taken)


def read(folder: Path = FOLDER) -> list[Took]:
    """The stages of this run in the order they began: those since `check`, or all where it did not run."""
    every = [_one(path) for path in folder.glob("*.json")]
    start = next((took.began for took in every if took is not None and took.stage == FIRST), 0.0)
    return sorted((t for t in every if t is not None and t.began >= start), key=lambda took: took.began)


def minutes(taken: list[Took]) -> float:
    """The work of these stages together, in minutes."""
    return sum(took.seconds for took in taken) / 60


def _one(path: Path) -> Took | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Took(path.stem, float(values["began"]), float(values["seconds"]))
    except (ValueError, KeyError, OSError):
        return None  # another program's file: times are only shown
