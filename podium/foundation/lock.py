"""dvc.lock: what the run whose results lie in this folder was asked, and the digests of what it wrote.

params.yaml may say otherwise by then: `make reset`, `make vote` and `git checkout` change one of the two.
"""

import copy
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from podium.foundation import params
from podium.foundation.errors import UserError
from podium.foundation.params import MISSING, S, differing

PATH = Path("dvc.lock")
Stages = Mapping[str, Any]


def stages(path: Path = PATH) -> Stages:
    """The recorded stages by name; none where the file is missing or no lock."""
    try:
        text = path.read_text(encoding="utf-8")
        values = _plain(text)
    except FileNotFoundError:
        return {}
    except (YAMLError, UnicodeDecodeError):
        raise UserError(
            f"{path} is broken (a merge left over?): restore it with `git checkout HEAD {path}`, then run "
            "`dvc repro`."
        ) from None
    found = values.get("stages") if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=4)
def _plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def recorded(run: Stages, stage: str, kind: str, path: Path) -> str:
    """The digest that a stage recorded of one of its outs or deps; "" where it recorded none."""
    entries = (run.get(stage) or {}).get(kind) or []
    return next((str(entry.get("md5", "")) for entry in entries if entry["path"] == path.as_posix()), "")


def digest(path: Path) -> str:
    """As DVC counts it, so no matter of security; "" for a file that is not there."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.exists() else ""


def asked(path: Path = PATH) -> dict[str, Any]:
    """The parameters of the run in this folder: those that its stages recorded, over those of params.yaml."""
    values = params.read()
    for stage in stages(path).values():
        for key, value in ((stage.get("params") or {}).get(params.PATH.name) or {}).items():
            _put(values, key.split("."), value)
    return values


def load(cls: type[S], path: Path = PATH) -> S:
    """The section that `cls` describes, as the run in this folder had it."""
    return params.parse(cls, asked(path), path if stages(path) else params.PATH)


def otherwise(path: Path = PATH) -> list[str]:
    """`key=value` of the run in this folder, where params.yaml says another value by now."""
    return [
        f"{key}={'null' if old is None else old}"
        for key, old, new in differing(asked(path), params.read())
        if MISSING not in (old, new)
    ]


def _put(values: dict[str, Any], keys: list[str], value: Any) -> None:
    *above, last = keys
    for key in above:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    if isinstance(value, dict) and isinstance(values.get(last), dict):
        for key, inner in value.items():
            _put(values[last], [key], inner)
    else:
        values[last] = copy.deepcopy(value)


def refuse_mixed(published: Path, then: str, path: Path = PATH) -> None:
    """Raises UserError unless `published` is what the run in dvc.lock wrote of artifacts that lie here still.

    Nothing is asked where no run is recorded. `then` is what the user wanted.
    """
    run = stages(path)
    if not (maker := next((name for name in run if recorded(run, name, "outs", published)), "")):
        return
    if digest(published) != recorded(run, maker, "outs", published):
        what = f"not the file that the run in {path} wrote (edited since, or of another commit)"
        raise UserError(
            f"{published} is {what if published.exists() else 'missing'}: "
            f"`dvc checkout` brings that run's files back, `make submission` runs what {params.PATH} says; "
            f"then {then}."
        )
    made = {out["path"]: str(out.get("md5", "")) for stage in run.values() for out in stage.get("outs") or []}
    for name in _above(run, maker):
        for dep in run[name].get("deps") or []:
            if made.get(dep["path"], dep.get("md5")) != dep.get("md5"):
                raise UserError(
                    f"{published} was made of an earlier {dep['path']} than lies here (a run that did not "
                    f"end?): `dvc repro` makes it anew; then {then}."
                )


def _above(run: Stages, name: str) -> list[str]:
    """The stage and all that it needs, directly or not."""
    home = {out["path"]: stage for stage, told in run.items() for out in told.get("outs") or []}
    found = [name]
    for stage in found:  # grows while it is walked
        needed = {home[dep["path"]] for dep in run[stage].get("deps") or [] if dep["path"] in home}
        found += sorted(needed - set(found))
    return found
