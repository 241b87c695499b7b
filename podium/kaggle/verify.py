"""Whether the submission is the one whose scores stand in metrics.json: dvc.lock has the digests of both."""

import hashlib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from podium.contracts.metrics import PATH as METRICS
from podium.contracts.predictions import ENSEMBLE as VOTE
from podium.foundation.errors import UserError
from podium.submission.submission import PATH as SUBMISSION

LOCK = Path("dvc.lock")
WITHOUT = 'run `dvc repro`, or send it without a CV score: make upload FILE={file} MESSAGE="…".'


def refuse_strangers(lock: Path = LOCK) -> None:
    """Raises UserError unless one recorded run wrote the submission, and metrics.json of the same vote."""
    run = _stages(lock)
    written, scored = _of(run, "submit", "outs", SUBMISSION), _of(run, "ensemble", "outs", METRICS)
    filled, voted = _of(run, "submit", "deps", VOTE), _of(run, "ensemble", "outs", VOTE)
    if "" in (written, scored, filled, voted):
        raise UserError(
            f"{lock} records no whole run, so nothing says that {METRICS} is about {SUBMISSION}: "
            "run `dvc repro`."
        )
    if _digest(SUBMISSION) != written:
        raise UserError(
            f"{SUBMISSION} is not the file that the run in {lock} wrote (edited since, or another run's), so "
            f"the CV score in {METRICS} is not its own: {WITHOUT.format(file=SUBMISSION)}"
        )
    if filled != voted:
        raise UserError(
            f"{SUBMISSION} was filled from an earlier vote than the one that {METRICS} scores: "
            f"{WITHOUT.format(file=SUBMISSION)}"
        )
    if _digest(METRICS) != scored:
        raise UserError(
            f"{METRICS} is not the file that the run in {lock} wrote (edited since, or another run's), so "
            f"its CV score is not that of {SUBMISSION}: run `dvc repro`."
        )


def _stages(lock: Path) -> dict[str, Any]:
    """The recorded stages by name; none where the file is missing or no lock."""
    try:
        values = YAML(typ="safe", pure=True).load(lock.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (YAMLError, UnicodeDecodeError):
        raise UserError(
            f"{lock} is broken (a merge left over?): restore it with `git checkout HEAD {lock}`, then run "
            "`dvc repro`."
        ) from None
    stages = values.get("stages") if isinstance(values, dict) else None
    return stages if isinstance(stages, dict) else {}


def _of(stages: dict[str, Any], stage: str, kind: str, path: Path) -> str:
    """The digest that a stage recorded of one of its outs or deps; "" where it recorded none."""
    entries = (stages.get(stage) or {}).get(kind) or []
    return next((str(entry.get("md5", "")) for entry in entries if entry["path"] == path.as_posix()), "")


def _digest(path: Path) -> str:
    """As DVC counts it, so no matter of security; "" for a file that is not there."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.exists() else ""
