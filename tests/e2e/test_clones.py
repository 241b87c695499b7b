"""Many clones and one DVC remote: what one has made, all have, by DVC's plain commands."""

import getpass
import os
import shutil
import socket
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
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
if os.getuid() == 0 and not Path("/run/sshd").is_dir():
    SSHD = None  # root's sshd needs that folder, which its service makes


@pytest.fixture
def remote(untouched: Project, tmp_path: Path) -> Iterator[Path]:
    """A folder that all clones know as their default remote; the finished project has pushed to it."""
    folder = tmp_path / "remote"
    join(untouched, folder)
    untouched.run("dvc", "push", "--quiet", "--run-cache")
    yield folder
    (untouched.folder / ".dvc/config.local").unlink()


def join(project: Project, remote: object) -> None:
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a real sshd on loopback, and the key that it lets in."""
    for name in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": tmp_path / "host", "StrictModes": "no",
        "AuthorizedKeysFile": tmp_path / "mine.pub", "PidFile": "none", "Subsystem": "sftp internal-sftp",
    }  # fmt: skip
    (tmp_path / "sshd_config").write_text("".join(f"{key} {value}\n" for key, value in words.items()))
    assert SSHD is not None
    with subprocess.Popen([SSHD, "-D", "-f", tmp_path / "sshd_config"], stderr=subprocess.DEVNULL) as process:
        yield port, tmp_path / "mine"
        process.terminate()


@pytest.mark.skipif(not SSHD, reason="no sshd (apt-get install openssh-server) that may start")
def test_a_remote_over_ssh(untouched: Project, server: tuple[int, Path], tmp_path: Path) -> None:
    port, key = server
    url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path / 'far'}"
    fresh = clone(untouched, tmp_path / "far", "fresh")
    for each in (untouched, fresh):
        (each.folder / ".dvc/config.local").write_text(
            f"[core]\n    remote = team\n['remote \"team\"']\n    url = {url}\n    keyfile = {key}\n"
        )
    untouched.run("dvc", "push", "--quiet", "--run-cache")
    assert ran(fresh) == ["check"]
    assert sha256(fresh.folder / WEIGHTS) == sha256(untouched.folder / WEIGHTS)
    for each, expected in ((fresh, ["select", "train@0"]), (untouched, [])):
        each.change(train__lr=0.004)  # one clone trains it, and so has the other
        assert [stage for stage in ran(each, "train@0") if stage != "check"] == expected
        each.run("dvc", "push", "--quiet", "--run-cache")
    (untouched.folder / ".dvc/config.local").unlink()


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
