"""What goes to the workers: the folder as it is, in a commit that changes nothing here."""

import subprocess
from pathlib import Path

import pytest

from podium.cluster import parcel


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / ".gitignore").write_text("ignored\n")
    git("init", "-q")
    for key, value in (("user.name", "t"), ("user.email", "t@e.x")):
        git("config", key, value)
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    return tmp_path


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_clean_folder_is_its_head(repository: Path) -> None:
    assert parcel.carried() == git("rev-parse", "HEAD")
    assert parcel.uncommitted() == []


def test_changes_and_new_files_go_along_and_the_folder_stays_as_it_is(repository: Path) -> None:
    (repository / "a.txt").write_text("b")
    (repository / "new.py").write_text("x")
    (repository / "ignored").write_text("y")
    before = git("status", "--porcelain")
    commit = parcel.carried()
    assert git("ls-tree", "--name-only", commit).split() == [".gitignore", "a.txt", "new.py"]
    assert git("show", f"{commit}:a.txt") == "b"
    assert git("rev-parse", f"{commit}^") == git("rev-parse", "HEAD")
    assert git("status", "--porcelain") == before
    assert parcel.carried() == commit  # the same files, the same commit: caches find it again
    assert sorted(parcel.uncommitted()) == ["a.txt", "new.py"]


def test_changes_of_an_experiment_go_along_and_are_written_nowhere(repository: Path) -> None:
    commit = parcel.carried({"a.txt": "an experiment's"})
    assert git("show", f"{commit}:a.txt") == "an experiment's"
    assert (repository / "a.txt").read_text() == "a"


def test_a_folder_of_a_larger_repository_goes_along_and_nothing_beside_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "mine").mkdir()
    (repository / "mine/params.yaml").write_text("a: 1")
    (repository / "beside.bin").write_text("another project's")
    monkeypatch.chdir(repository / "mine")
    assert parcel.inside() == "mine/"
    assert parcel.uncommitted() == ["mine/params.yaml"]
    commit = parcel.carried({"params.yaml": "a: 2"})
    assert git("ls-tree", "-r", "--full-tree", "--name-only", commit).split() == [
        ".gitignore", "a.txt", "mine/params.yaml",
    ]  # fmt: skip
    assert git("show", f"{commit}:mine/params.yaml") == "a: 2"


def test_a_remote_is_told_however_it_was_configured() -> None:
    assert "remote" not in parcel.config_text({"core": {}, "remote": {}})
    text = parcel.config_text({"core": {"remote": "team"}, "remote": {"team": {"url": "/there", "port": 7}}})
    assert "remote = team" in text
    assert "['remote \"team\"']\n    url = /there\n    port = 7\n" in text
