"""What keeps a run or an experiment from being kept: told before anything runs, with the way out."""

import shutil
import subprocess
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.project import recorded, repository


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit and a known committer, and no other Git configuration."""
    place = tmp_path / "project"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    git("init", "-q")
    for key, value in (("user.name", "t"), ("user.email", "t@e.x")):
        git("config", "--global", key, value)
    git("commit", "-q", "--allow-empty", "-m", "first")
    return place


def refused(sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        repository.check()
        repository.check_commits()


def test_a_sound_repository_passes_and_keeps_no_trace(folder: Path) -> None:
    repository.check()
    repository.check_commits()
    assert all(not list((folder / name).iterdir()) for name in repository.WRITTEN)


def test_no_repository(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    refused(r"no Git repository, which DVC and experiments need: run `git init`, `git add -A` and")
    git("init", "-q")
    refused(r"no commit yet, which experiments start from: run `git add -A` and `git commit -m mine`\.")


def test_a_foreign_owner_is_told_in_gits_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # Git's own switch for its own tests
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")
    refused(rf"dubious ownership\): run `git config --global --add safe\.directory {folder}`\.")


def test_a_shallow_clone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git("commit", "-q", "--allow-empty", "-m", "second")
    git("clone", "-q", "--depth", "1", f"file://{folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    repository.check()  # a plain run may go on
    refused(r"shallow .*DVC records no experiment in one: run `git fetch --unshallow` first\.")


def test_an_unknown_committer(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = t\n")
    refused(r"Git does not know your user\.email.*git config --global user\.email")


def test_signing_that_fails() -> None:
    git("config", "commit.gpgsign", "true")
    git("config", "gpg.program", "false")
    refused(
        r"commit\.gpgsign is on, but signing fails \(.*\): mend it, or run `git config commit\.gpgsign false`"
    )


def test_a_hook_that_fails(folder: Path) -> None:
    hook = folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no tabs here\nexit 1\n")
    hook.chmod(0o755)
    refused(r"pre-commit hook fails, so nothing could be committed \(no tabs here\): mend what it says")


def test_a_path_that_cannot_be_written(folder: Path) -> None:
    (folder / "models").write_text("a file where a folder must be")
    refused(r"models cannot be written to \(.*\): free it")


@pytest.mark.parametrize("name", ["dvc.yaml", "dvc.lock"])
def test_a_merge_that_left_its_marks(name: str, folder: Path) -> None:
    (folder / name).write_text("stages:\n<<<<<<< HEAD\n  a: {}\n=======\n>>>>>>> b\n")
    refused(rf"{name}, line 2: a merge conflict is not settled: take one side whole \(`git checkout --ours")


@pytest.mark.parametrize("content", ["", '{"/x": {"wri'])
def test_a_lock_that_a_power_cut_broke(content: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".dvc/tmp").mkdir(parents=True)
    (folder / ".dvc/tmp/rwlock").write_text(content)
    refused(r"rwlock is broken, as after a power cut, and DVC stops at it: remove it while no dvc runs\.")
    (folder / ".dvc/tmp/rwlock").write_text("{}")
    repository.check()


def test_what_fails_each_commit_is_told_before_a_run(folder: Path) -> None:
    for name, sentence in (
        (
            "MERGE_HEAD",
            r"a merge is not finished \(.*MERGE_HEAD\), so nothing could be committed: run `git commit`",
        ),
        (
            "index.lock",
            r"another Git is at work, or was killed \(.*index\.lock\), .*: wait for it, or remove",
        ),
    ):
        (folder / ".git" / name).touch()
        refused(sentence)
        (folder / ".git" / name).unlink()


def test_a_larger_repository_that_ignores_what_experiments_keep(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".gitignore").write_text("*.lock\nreports/\n!dvc.lock\n")
    (folder / "inside").mkdir()
    monkeypatch.chdir(folder / "inside")
    refused(r"Git ignores reports/metrics\.json \(by .*\.gitignore:2:reports/\), so the baseline and")
    (folder / "inside/reports/metrics.json").touch()
    git("add", "-f", "reports/metrics.json")  # what is tracked is not ignored
    repository.check_commits()


def test_an_experiment_that_left_nothing_is_no_success() -> None:
    with pytest.raises(UserError, match=r"ended well and recorded no experiment: look with `dvc exp list`"):
        recorded.believe(lambda: None)
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    ref = "refs/exps/ab/" + 38 * "c" + "/a"
    assert recorded.believe(lambda: git("update-ref", ref, "HEAD")) == head.strip()


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_a_hook_that_the_baselines_commit_would_meet(name: str, folder: Path) -> None:
    hook = folder / ".git/hooks" / name
    hook.write_text("#!/bin/sh\necho name a ticket\nexit 1\n")
    hook.chmod(0o755)
    refused(rf"the repository's {name} hook fails, so nothing could be committed \(name a ticket\)")


@pytest.mark.parametrize(
    ("place", "content", "sentence"),
    [
        (".git/CHERRY_PICK_HEAD", "x", "a cherry-pick is not finished .* --abort"),
        (".git/HEAD.lock", "", "another Git is at work, or was killed .*HEAD.lock"),
        (".git/index", "torn" * 30, "Git cannot read its index .*remove .git/index and run `git reset`"),
        (".git/config", "[core\n", "Git cannot work in .*bad config line 1.* mend what it says"),
        (".git/HEAD", "", "Git cannot work in .*not a git repository"),
    ],
)
def test_a_repository_that_is_broken_or_busy(place: str, content: str, sentence: str, folder: Path) -> None:
    (folder / place).write_text(content)
    refused(sentence)


def test_a_repository_of_sha256(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    git("init", "-q", "--object-format=sha256")
    refused(
        r"names its objects by SHA-256, which DVC does not read: make one by `git init --object-format=sha1`"
    )
