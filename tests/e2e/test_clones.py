"""Many clones and one DVC remote: what one has made, all have, by DVC's plain commands."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tiny_project import Project

from podium.foundation.files import sha256

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]
WEIGHTS = "models/fold0/model.safetensors"


@pytest.fixture
def remote(untouched: Project, tmp_path: Path) -> Iterator[Path]:
    """A folder that all clones know as their default remote; the finished project has pushed to it."""
    folder = tmp_path / "remote"
    join(untouched, folder)
    untouched.run("dvc", "push", "--quiet", "--run-cache")
    yield folder
    (untouched.folder / ".dvc/config.local").unlink()


def join(project: Project, remote: Path) -> None:
    project.run("dvc", "remote", "add", "--quiet", "--local", "--default", "team", str(remote))


def clone(project: Project, remote: Path, name: str) -> Project:
    """A fresh clone at the project's commit, with a scratch store of its own."""
    folder = remote.parent / name
    project.run("git", "clone", "-q", str(project.folder), str(folder))
    fresh = replace(
        project,
        folder=folder,
        environment=project.environment | {"PODIUM_CACHE": str(remote.parent / f"{name}-scratch")},
    )
    for key, value in (("user.name", "t"), ("user.email", "t@e.x")):
        fresh.run("git", "config", key, value)
    join(fresh, remote)
    return fresh


def ran(project: Project, *targets: str) -> list[str]:
    """The stages that `dvc repro --pull` really ran."""
    said = project.run("dvc", "repro", "--pull", *targets).stdout
    return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage")]


@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without it"])
def test_a_fresh_clone_gets_everything_and_runs_nothing(
    locked: bool, untouched: Project, remote: Path
) -> None:
    fresh = clone(untouched, remote, "fresh")
    if not locked:
        (fresh.folder / "dvc.lock").unlink()
    shown = fresh.run("dvc", "metrics", "diff", "--all").stdout
    assert "cv" in shown  # the scores lie in Git: seen before anything is fetched
    assert ran(fresh) == (["check"] if locked else ["check", "network"])
    for name in (WEIGHTS, "reports/submission.csv", "reports/metrics.json", "data/ensemble/oof.parquet"):
        assert sha256(fresh.folder / name) == sha256(untouched.folder / name)
    here, there = (yaml.safe_load((p.folder / "dvc.lock").read_text()) for p in (fresh, untouched))
    assert here == there
    assert ran(fresh) == []


def test_two_clones_that_push_at_once_lose_nothing(untouched: Project, remote: Path) -> None:
    pair = {rate: clone(untouched, remote, f"rate-{rate}") for rate in (0.002, 0.003)}
    made = {}
    for rate, each in pair.items():
        each.change(train__lr=rate)
        assert ran(each, "train@0") == ["check", "select", "train@0"]
        made[rate] = sha256(each.folder / WEIGHTS)
    pushing = [
        subprocess.Popen(
            [sys.executable, "-m", "dvc", "push", "--quiet", "--run-cache"],
            cwd=each.folder, env=each.environment,
        )
        for each in pair.values()
    ]  # fmt: skip
    assert [process.wait(timeout=300) for process in pushing] == [0, 0]
    third = clone(untouched, remote, "third")
    for rate, digest in made.items():
        third.change(train__lr=rate)
        assert ran(third, "train@0") == ["check"]
        assert sha256(third.folder / WEIGHTS) == digest
    assert len(set(made.values())) == 2
    for each in (*pair.values(), third):
        shutil.rmtree(each.folder)
