"""Where a submission comes from in Git, and what changed since the last one."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.contracts import metrics
from podium.foundation import params
from podium.foundation.git import answer
from podium.kaggle.ledger import Upload

TRACKED = ("dvc.lock", "params.yaml")  # what tells one run from another
EXPERIMENT = re.compile(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38}/(.+)")
DIRTY = "-dirty"
COMPARED = ("cv", "accuracy", "log_loss", "holdout")
MOST = 12  # changed parameters shown


@dataclass(frozen=True)
class Provenance:
    """The commit, ending in -dirty where the run is not what was committed, and the experiment's name."""

    revision: str
    experiment: str


def provenance() -> Provenance:
    """HEAD if it holds this run's dvc.lock and params.yaml; else an experiment that does; else HEAD-dirty."""
    head = answer("rev-parse", "HEAD").strip()
    if not head:
        return Provenance("", "")
    here = [answer("hash-object", name).strip() for name in TRACKED if Path(name).exists()]
    experiments = [
        (commit, named[1])
        for commit, _, ref in (line.partition(" ") for line in _refs())
        if (named := EXPERIMENT.fullmatch(ref))
    ]
    for commit, name in [(head, ""), *experiments]:
        if here == _blobs(commit):
            return Provenance(commit, name)
    return Provenance(head + DIRTY, "")


def since(last: Upload | None, now: dict[str, float | int | str]) -> list[str]:
    """Sentences on scores and parameters that differ from the last upload's."""
    if last is None:
        return ["the first upload"]
    revision = last.revision.removesuffix(DIRTY)
    told = f"since the last upload ({last.time[:10]}, {last.experiment or revision[:7]}: {last.message})"
    before = _json(revision, metrics.PATH) or ({} if last.cv is None else {"cv": last.cv})
    said = [
        f"  {key} {before[key]:.5f} -> {now[key]:.5f} ({float(now[key]) - before[key]:+.5f})"
        for key in COMPARED
        if isinstance(before.get(key), float) and isinstance(now.get(key), float)
    ]
    text = answer("show", f"{revision}:./{params.PATH}") if revision else ""
    if text:
        changed = [
            f"{key}: {_leaf(old)} -> {_leaf(new)}"
            for key, old, new in params.differing(_yaml(text), params.read())
        ]
        more = [f"  ... {len(changed) - MOST} more"] if len(changed) > MOST else []
        said += [f"  {line}" for line in changed[:MOST]] + more
        said += [] if changed else ["  no parameter changed"]
    return [f"{told}:", *said]


def _leaf(value: Any) -> str:
    return "(not set)" if value is params.MISSING else json.dumps(value, ensure_ascii=False, default=str)


def _refs() -> list[str]:
    return answer(
        "for-each-ref", "--sort=-creatordate", "--format=%(objectname) %(refname)", "refs/exps"
    ).split("\n")


def _blobs(commit: str) -> list[str]:
    """The hashes of the tracked files in a commit; those it lacks are left out."""
    return [
        found
        for name in TRACKED
        if (found := answer("rev-parse", "-q", "--verify", f"{commit}:./{name}").strip())
    ]


def _json(revision: str, path: Path) -> dict[str, Any]:
    try:
        values = json.loads(answer("show", f"{revision}:./{path.as_posix()}"))
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _yaml(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    values = YAML(typ="safe", pure=True).load(text)
    return values if isinstance(values, dict) else {}
