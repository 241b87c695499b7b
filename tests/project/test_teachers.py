"""A teacher's name in a setting becomes a full revision; `this` is the run that the folder holds."""

import subprocess
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.project import teachers, voting

OTHER = f"refs/exps/00/{38 * '1'}/other"
LOCK = "schema: '2.0'\nstages:\n  predict:\n    outs:\n    - path: data/predictions\n      md5: {}.dir\n"
KEY = "augment.hard_examples.teacher"


def git(*words: str) -> str:
    named = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *named, *words], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A commit and an experiment `other` on it, of other predictions; the commit's revision."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    made = []
    for digest in ("b", "a"):
        teachers.LOCK.write_text(LOCK.format(digest))
        git("add", "-A")
        git("commit", "-qm", digest)
        made.append(git("rev-parse", "HEAD"))
    git("update-ref", OTHER, made[0])
    return made[1]


def test_this_is_the_run_that_the_folder_holds(project: str) -> None:
    assert teachers.in_full(f"{KEY}=this") == f"{KEY}={project}"
    teachers.LOCK.write_text(LOCK.format("b") + "  submit: {}\n")
    assert teachers.in_full(f"{KEY}=this") == f"{KEY}={git('rev-parse', OTHER)}"


def test_a_run_that_no_commit_holds_is_told_with_the_command_that_keeps_it(project: str) -> None:
    teachers.LOCK.write_text(LOCK.format("c"))
    with pytest.raises(UserError, match=r"no commit holds.*first run `git add dvc.lock && git commit"):
        teachers.this()
    teachers.LOCK.unlink()
    with pytest.raises(UserError, match=r"holds no run that ended: run `dvc repro` first"):
        teachers.this()


def test_names_become_revisions_and_other_settings_stay(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voting, "resolve", lambda names: [f"full {name}" for name in names])
    assert teachers.in_full("labels.teacher=mine") == "labels.teacher=full mine"
    for setting in ("train.lr=0.1", "labels.teacher=null", f"labels.teacher={'a' * 40}", "teacher"):
        assert teachers.in_full(setting) == setting
