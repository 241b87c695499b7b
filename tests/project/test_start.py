"""make start, piece by piece; the whole of it runs in tests/e2e."""

import subprocess
import tarfile
import zipfile
from pathlib import Path

import py7zr
import pytest
import yaml

from podium.contracts.competition import Finding
from podium.download import meta
from podium.foundation.errors import UserError
from podium.project import start

PARAMS_PATH = Path("params.yaml").resolve()
PARAMS = PARAMS_PATH.read_text(encoding="utf-8")


def a_zip(path: Path, name: str = "train.csv") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, "id,label\n")
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home/.gitconfig"))
    subprocess.run(["git", "init", "-q"], check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", r"name the competition's zip: make start ZIP=path/to/mine\.zip\."),
        ("gone.zip", r"ZIP=gone\.zip is not there: give the path"),
        (
            "https://www.kaggle.com/c/zoo",
            r"is an address: `make download COMPETITION=https://www\.kaggle\.com/c/zoo`",
        ),
        ("caf\udce9.zip", r"ZIP='caf\\udce9\.zip': rename it: a name with such letters"),
        ("a\nb.zip", r"ZIP='a\\nb\.zip': rename it"),
        ("text.zip", r"ZIP=text\.zip is no whole zip, tar or 7z \(5 bytes\): download it again"),
    ],
)
def test_what_is_no_zip_is_refused(
    given: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.zip").write_text("hello")
    with pytest.raises(UserError, match=sentence):
        start.take(given)


def test_a_zip_from_outside_is_copied_and_the_original_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = a_zip(tmp_path / "downloads/mine.zip")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    place = start.take(str(outside))
    assert place == Path("data/raw/mine.zip")
    assert place.read_bytes() == outside.read_bytes() and not place.samefile(outside)
    assert start.take(str(outside)) == place  # a start that was interrupted goes on
    a_zip(outside, "other.csv")
    with pytest.raises(UserError, match=r"data/raw/mine\.zip is already there, and is another file"):
        start.take(str(outside))


def test_what_the_page_says_goes_with_an_archive_from_outside(tmp_path, monkeypatch):
    away, here = tmp_path / "away", tmp_path / "here"
    away.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    with zipfile.ZipFile(away / "mine.zip", "w") as file:
        file.writestr("train.csv", "id,label")
    facts = away / "mine.kaggle.json"
    facts.write_text('{"slug": "mine", "notebooks_only": true}')
    place = start.take(str(away / "mine.zip"))
    assert meta.read_meta(place).notebooks_only and meta.read_meta(place).slug == "mine"
    facts.write_text('{"slug": "another"}')
    start.take(str(away / "mine.zip"))
    assert meta.read_meta(place).slug == "mine"  # what the project has stays
    meta.beside(place).unlink()
    facts.write_text("no object")
    with pytest.raises(UserError, match=r"mine\.kaggle\.json cannot be read"):
        start.take(str(away / "mine.zip"))
    assert not meta.beside(place).exists()


@pytest.mark.parametrize("name", ["mine.tar.gz", "mine.7z", "mine.tar"])
def test_other_archives_are_taken_as_zips_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("away").mkdir()
    given = Path("away") / name
    if name.endswith("7z"):
        with py7zr.SevenZipFile(given, "w") as made:
            made.writestr("id,label\n", "train.csv")
    else:
        with tarfile.open(given, "w:gz" if name.endswith("gz") else "w") as tar:
            tar.add(PARAMS_PATH, "train.csv")
    assert start.take(str(given)) == Path("data/raw") / name
    assert (Path("data/raw") / name).read_bytes() == given.read_bytes()


def test_numbered_parts_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = a_zip(Path("away/mine.zip")).read_bytes()
    Path("away/mine.zip").unlink()
    for i in range(3):
        Path(f"away/mine.zip.{i + 1:03}").write_bytes(data[i * 40 : (i + 1) * 40 if i < 2 else None])
    place = start.take("away/mine.zip.001")
    assert place == Path("data/raw/mine.zip") and place.read_bytes() == data
    assert start.take("away/mine.zip.002") == place
    Path("away/mine.zip.002").unlink()
    with pytest.raises(
        UserError, match=r"mine\.zip\.002 is missing beside mine\.zip\.003: download every part"
    ):
        start.take("away/mine.zip.001")


def test_what_is_not_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.rar").write_bytes(b"Rar!\x1a\x07\x01\x00")
    with pytest.raises(UserError, match=r"mine\.rar is packed as RAR, .*unrar x mine\.rar"):
        start.take("mine.rar")


def test_a_zip_in_its_place_and_folders_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert start.take(str(a_zip(Path("data/raw/mine.zip")))) == Path("data/raw/mine.zip")
    Path("data/raw/folder").mkdir()
    assert start.take("data/raw/folder") == Path("data/raw/folder")
    monkeypatch.chdir("data")
    assert start.take("..") == tmp_path  # outside of this project: named absolutely


@pytest.mark.parametrize("name", ["data/raw/mine.zip", "/abs/some where/ümläut #1.zip", 'a "b".zip'])
def test_only_the_path_changes_in_params(name: str) -> None:
    changed = start.with_path(PARAMS, Path(name))
    before, after = yaml.safe_load(PARAMS), yaml.safe_load(changed)
    assert after["competition"].pop("path") == name
    before["competition"].pop("path")
    assert after == before
    different = [a for a, b in zip(PARAMS.splitlines(), changed.splitlines(), strict=True) if a != b]
    assert len(different) == 1
    assert changed.count("#") >= PARAMS.count("#"), "a comment was lost"


def test_findings_are_notes_that_the_next_start_replaces() -> None:
    hostile = Finding(what="classes", found="2\nmodel: evil", why="")
    once = start.with_findings(PARAMS, [hostile, Finding(what="form", found="label")])
    assert yaml.safe_load(once) == yaml.safe_load(PARAMS)
    assert once.count(start.NOTE) == 2
    again = start.with_path(once, Path("data/raw/other.zip"))
    assert start.NOTE not in again


def test_params_without_a_path_are_told() -> None:
    with pytest.raises(UserError, match=r"params\.yaml: competition\.path is not there"):
        start.with_path("competition: {}\n", Path("a.zip"))


def test_the_baseline_commits_its_own_files_alone(repository: Path) -> None:
    for key, value in (("user.name", "A"), ("user.email", "a@b.c")):
        subprocess.run(["git", "config", key, value], check=True)
    for name in ("params.yaml", "dvc.lock", "mine.zip.dvc", "unrelated"):
        Path(name).write_text(name)
    subprocess.run(["git", "add", "unrelated"], check=True)
    start.commit_baseline("zoo", ["mine.zip.dvc"])
    shown = subprocess.run(
        ["git", "show", "--stat", "--format=%s"], capture_output=True, text=True, check=True
    ).stdout
    assert shown.startswith("Baseline of zoo")
    assert "params.yaml" in shown and "mine.zip.dvc" in shown and "unrelated" not in shown
    start.commit_baseline("zoo", ["mine.zip.dvc"])  # nothing new: no second commit, no error
    count = subprocess.run(["git", "rev-list", "--count", "HEAD"], capture_output=True, text=True, check=True)
    assert count.stdout.strip() == "1"


def test_a_baseline_that_git_refuses_is_no_success(repository: Path) -> None:
    for key, value in (("user.name", "A"), ("user.email", "a@b.c")):
        subprocess.run(["git", "config", key, value], check=True)
    Path("params.yaml").write_text("a: 1\n")
    (repository / ".git/index.lock").touch()
    with pytest.raises(UserError, match=r"its baseline could not be committed \(.*index\.lock"):
        start.commit_baseline("zoo", [])


def test_another_competition_is_told_from_the_same_again() -> None:
    mine = start.with_path(PARAMS, Path("data/raw/mine.zip"))
    assert start.is_another(PARAMS, mine) and not start.is_another(mine, mine)


def test_the_first_idea_of_a_run_that_trained_nothing_is_to_train() -> None:
    """`-S train.epochs=12` was the advice after effort: probe too, where it changes nothing."""
    assert "train.epochs=12" in start.next_steps(False)
    told = start.next_steps(False, effort="probe", trained=False)
    assert 'SET="-S effort=auto"' in told and "train.epochs" not in told and "make upload" in told
    told = start.next_steps(False, effort="auto", trained=False)  # a trial did not pay
    assert 'SET="-S effort=high"' in told and "train.epochs" not in told
