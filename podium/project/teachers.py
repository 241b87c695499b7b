"""Runs that a setting names: `….teacher=NAME` becomes a full revision; `this` is the run in this folder."""

from pathlib import Path
from typing import Any

import yaml

from podium.foundation import git
from podium.foundation.errors import UserError
from podium.project import standing, voting

THIS = "this"
LOCK = Path("dvc.lock")


def in_full(setting: str) -> str:
    """`key=value`, a teacher's name in it replaced. Raises UserError where no such run is here."""
    key, _, value = setting.partition("=")
    if not key.endswith("teacher") or value in ("", "null") or git.is_full(value):
        return setting
    return f"{key}={this() if value == THIS else voting.resolve([value])[0]}"


def this() -> str:
    """The revision of the run whose predictions lie in this folder: the last commit's, or an experiment's.

    Raises UserError where no run ended here, or none of them has been kept.
    """
    made = _predictions(LOCK.read_text(encoding="utf-8")) if LOCK.exists() else None
    if made is None:
        raise UserError("teacher=this: this folder holds no run that ended: run `dvc repro` first.")
    kept = {"HEAD": git.answer("rev-parse", "--verify", "-q", "HEAD").strip()} | voting.experiments()
    for revision in kept.values():
        if _predictions(git.answer("show", f"{revision}:./{LOCK}")) == made:
            return revision
    raise UserError(f"teacher=this: no commit holds this folder's run: first run `{standing.keeping()}`.")


def _predictions(text: str) -> Any:
    """The digests of what predict wrote, as dvc.lock has them; None where it says nothing."""
    stages = (yaml.safe_load(text) or {}).get("stages", {})
    return stages.get("predict", {}).get("outs")
