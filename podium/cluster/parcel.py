"""What a run's tasks need of the project: commits that hold its files, and where DVC keeps things.

Workers get the commits as a Git bundle, so that nothing must be pushed first. What is not committed goes
along in a commit of its own, which no branch holds; files that Git ignores do not, and DVC knows those that
matter.
"""

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.foundation.errors import UserError
from podium.foundation.files import digest
from podium.foundation.git import demand

REFS = "refs/podium"
PASSED = ("PODIUM_CACHE_GB", "PODIUM_DEBUG", "HF_ENDPOINT", "HF_HUB_OFFLINE", "DVC_NO_ANALYTICS")
OWN = "GIT_AUTHOR_{0} GIT_COMMITTER_{0}"


@dataclass(frozen=True)
class Parcel:
    """A run's name, and what goes to each worker once."""

    run: str
    project: dict[str, Any]

    @property
    def remote(self) -> bool:
        """Whether DVC has a default remote."""
        return bool(self.project["remote"])


def carried(changes: Mapping[str, str] | None = None, root: Path = Path()) -> str:
    """The commit of the folder's files as they are, with `changes` (path to text): HEAD where it is that.

    The same files on the same HEAD make the same commit. The folder and its index stay as they are; of a
    larger repository around the folder the commit has what HEAD has.
    """
    place_in = inside(root)
    with tempfile.TemporaryDirectory() as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        _git(root, index, "read-tree", "HEAD")
        _git(root, index, "add", "--all", ".")
        for path, text in (changes or {}).items():
            blob = _git(root, index, "hash-object", "-w", "--stdin", given=text)
            _git(root, index, "update-index", "--add", "--cacheinfo", f"100644,{blob},{place_in}{path}")
        tree = _git(root, index, "write-tree")
    if tree == _git(root, {}, "rev-parse", "HEAD^{tree}"):
        return _git(root, {}, "rev-parse", "HEAD")
    date = _git(root, {}, "show", "-s", "--format=%cI", "HEAD")
    who = {"NAME": "podium", "EMAIL": "podium@localhost", "DATE": date}
    own = {name: value for key, value in who.items() for name in OWN.format(key).split()}
    return _git(root, own, "commit-tree", tree, "-p", "HEAD", "-m", "carried to other machines")


def uncommitted() -> list[str]:
    """Files of the folder that no commit has yet, dvc.lock aside, which every run writes."""
    lines = demand("status", "--porcelain", "--untracked-files=all", "--", ".", ":!dvc.lock").splitlines()
    return [line[3:] for line in lines]


def inside(root: Path = Path()) -> str:
    """Where the folder lies in a larger repository, such as `kaggle/podium/`; "" where it is its own."""
    return _git(root, {}, "rev-parse", "--show-prefix")


@contextmanager
def packed(commits: list[str], root: Path = Path()) -> Iterator[Parcel]:
    """The parcel of a run over these commits; its traces in the repository are gone afterwards."""
    from dvc.repo import Repo

    run = f"podium-{uuid.uuid4().hex[:12]}"
    with Repo(str(root)) as repo:
        cache, config = str(repo.cache.local_cache_dir), dict(repo.config)
        token = Path(repo.tmp_dir or "") / run
    token.write_text(run, encoding="utf-8")
    refs = {f"{REFS}/{commit}": commit for commit in dict.fromkeys(commits)}
    for ref, commit in refs.items():
        _git(root, {}, "update-ref", ref, commit)
    try:
        project = {
            "bundle": _bundle(list(refs), root),
            "cache": cache,
            "repository": _git(root, {}, "rev-parse", "--show-toplevel"),
            "inside": inside(root),
            "token": str(token),
            "remote": config["core"].get("remote", ""),
            "config": config_text(config),
            "key": f"{root.resolve().name}-{digest(str(root.resolve()))[:8]}",
            "environment": {name: os.environ[name] for name in PASSED if name in os.environ},
        }
        yield Parcel(run, project)
    finally:
        token.unlink(missing_ok=True)
        for ref in refs:
            _git(root, {}, "update-ref", "-d", ref)


def config_text(config: Mapping[str, Any]) -> str:
    """DVC's default remote, however it was configured here, as a clone's .dvc/config.local says it."""
    name = config["core"].get("remote", "")
    text = "[core]\n    autostage = true\n"  # or each command would advise on `git add`
    if name:
        remote = "".join(f"    {key} = {value}\n" for key, value in config["remote"][name].items())
        text += f"    remote = {name}\n['remote \"{name}\"']\n{remote}"
    return text


def _bundle(refs: list[str], root: Path) -> bytes:
    if _git(root, {}, "rev-parse", "--is-shallow-repository") == "true":
        return b""  # a worker that sees this disk needs none; another says that it lacks the commits
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "bundle"
        _git(root, {}, "bundle", "create", "-q", str(path), *refs)
        return path.read_bytes()


def _git(root: Path, environment: Mapping[str, str], *words: str, given: str | None = None) -> str:
    done = subprocess.run(
        ["git", *words], cwd=root, env=os.environ | environment, input=given, capture_output=True,
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise UserError(f"`git {' '.join(words[:3])}` failed: {' '.join(done.stderr.split())}.")
    return done.stdout.strip()
