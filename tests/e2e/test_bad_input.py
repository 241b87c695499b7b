"""What bad input gets, stage by stage: one sentence, exit code 2, no traceback, nothing half-written."""

import zipfile
from pathlib import Path

import pytest
from tiny_project import CLASSES, SMALL, Project, competition, copy_project, set_params

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bad input")]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A shrunk project without a run."""
    folder = tmp_path_factory.mktemp("bad")
    project = copy_project(folder / "project", folder / "scratch")
    set_params(project.folder, SMALL)
    return project


def refused(project: Project, stage: str, *arguments: str) -> str:
    """The stage's one sentence."""
    done = project.run(f"stages.{stage}", *arguments, ok=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(told) == 1, done.stderr
    return told[0]


def rewritten(source: Path, target: Path, **texts: str | None) -> Path:
    """A copy of a zip with files replaced (text) or left out (None); `__` stands for the dot."""
    changed = {name.replace("__", "."): text for name, text in texts.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name not in changed and "*" not in changed:
                new.writestr(name, old.read(name))
        for name, text in changed.items():
            if text is not None:
                new.writestr(name, text)
    return target


def test_a_mistyped_parameter(fresh: Project) -> None:
    done = fresh.run("stages.check", ok=True)
    assert done.stdout.startswith("params.yaml differs from the commit: ")
    set_params(fresh.folder, {"train.epoks": 3})
    try:
        assert (
            refused(fresh, "check")
            == "error: params.yaml: train.epoks is not a parameter; did you mean epochs."
        )
    finally:
        fresh.run("git", "checkout", "-q", "--", "params.yaml")
        set_params(fresh.folder, SMALL)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        ("no images", ["image"]),
        ("labels of images that are not there", ["train.csv", "gone"]),
        ("unknown ids in the sample", ["sample_submission.csv", "unknown"]),
        ("not a zip", ["zip"]),
    ],
)
def test_bad_downloads(make: str, words: list[str], fresh: Project, tmp_path: Path) -> None:
    good, bad = competition(tmp_path / "good.zip"), tmp_path / "bad.zip"
    if make == "no images":
        with zipfile.ZipFile(bad, "w") as file:
            file.writestr("readme.txt", "nothing here")
    elif make == "labels of images that are not there":
        rows = "".join(f"{i:03d},{CLASSES[i % 3]}\n" for i in range(29)) + f"gone,{CLASSES[0]}\n"
        rewritten(good, bad, train__csv="id,label\n" + rows)
    elif make == "unknown ids in the sample":
        rewritten(good, bad, sample_submission__csv="id,label\nunknown1,circle\nunknown2,cross\n")
    else:
        bad.write_bytes(b"PK no")
    set_params(fresh.folder, {"competition.path": str(bad)})
    sentence = refused(fresh, "ingest")
    assert all(word in sentence for word in words), sentence
    assert not (fresh.folder / "data/index").exists(), "half-written"


def test_a_class_with_fewer_images_than_folds(fresh: Project, tmp_path: Path) -> None:
    set_params(
        fresh.folder, {"competition.path": str(competition(tmp_path / "few.zip", train=2)), "split.k": 3}
    )
    set_params(fresh.folder, {"split.small_classes": "refuse"})
    for stage in ("ingest", "embed", "clean_labels"):
        fresh.run(f"stages.{stage}")
    sentence = refused(fresh, "split")
    assert "split.k" in sentence and any(name in sentence for name in CLASSES), sentence
    assert not (fresh.folder / "data/split").exists()


def test_an_unknown_model(finished: Project) -> None:
    set_params(finished.folder, {"model": "resnext1O1"})
    try:
        assert "resnext1O1" in refused(finished, "train", "0")
    finally:
        finished.run("git", "checkout", "-q", "--", "params.yaml")
