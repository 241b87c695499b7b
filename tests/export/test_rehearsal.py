"""make notebook, then make rehearse: the script runs where Kaggle runs it, and says what the run says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podium.competition.matching import ImageIndex, match
from podium.export import agreement, hiding, notebook, sealed
from podium.foundation.errors import UserError
from podium.vote import neighbours
from stages import export, rehearse
from stages import notebook as stage
from tests.export.project import finish
from tests.export.shipped import TESTS, Run


@pytest.mark.slow
def test_the_notebook_runs_sealed_and_agrees_with_the_folds_networks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(Run("stacking", "temperature", views="[hflip, rotate]", probed=True, clear=True))
    export.main()
    with pytest.raises(UserError, match=r"kernel-metadata.json is missing or broken: run `make notebook`"):
        rehearse.main()
    monkeypatch.setenv("COMPETITION", "leaf-spots")
    monkeypatch.setenv("GPU", "no")
    stage.main()
    said = json.loads((notebook.FOLDER / "kernel-metadata.json").read_text())
    assert said["competition_sources"] == ["leaf-spots"] and said["enable_internet"] == "false"
    assert said["dataset_sources"] == [said["id"]] and said["enable_gpu"] == "false"
    monkeypatch.setenv("IMAGES", "10")
    monkeypatch.setenv("HIDDEN", "50000")
    capsys.readouterr()
    rehearse.main()
    told = capsys.readouterr().out
    assert "3 rows of the sample in " in told and "  10 training images as a hidden test set in" in told
    assert "  50,000 hidden images take " in told and "a guard on every socket" in told

    # the modules in a zip that nobody unpacked, mounted deeper, and a competition that is not there
    place = tmp_path / "input/datasets/someone/podium"
    shutil.copytree(notebook.FOLDER / notebook.DATASET, place)
    shutil.make_archive(str(place / "podium"), "zip", place, "podium")
    shutil.rmtree(place / "podium")
    with pytest.raises(UserError, match=r"error: no folder below .* holds sample_submission.csv"):
        sealed.run(notebook.FOLDER / notebook.CODE, PODIUM_INPUT=str(tmp_path / "input"))
    shutil.copytree("shipped", "input/competitions/leaf-spots")
    sealed.run(notebook.FOLDER / notebook.CODE, (), tmp_path, PODIUM_INPUT=str(tmp_path / "input"))
    assert agreement.compare(Path("reports/submission.csv"), Path("submission.csv"), "id").rows == TESTS


def test_a_sealed_script_has_no_network_and_none_of_our_packages(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, socket, sys\n"
        "for ask in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: __import__('pydantic'),\n"
        "            lambda: __import__('podium')):\n"
        "    try:\n        ask()\n    except (OSError, ImportError) as error:\n        print(error)\n"
        "print(sorted(n for n in os.environ if 'KAGGLE' in n or n == 'PYTHONPATH'), os.listdir())\n"
    )
    said = sealed.run(script).said
    assert "there is no network here: socket." in said
    assert "not there where this will run: pydantic" in said and "No module named 'podium'" in said
    assert "[] []" in said
    script.write_text("import sys; sys.exit('error: it broke')")
    with pytest.raises(UserError, match="fails where nothing of the project can be found: error: it broke"):
        sealed.run(script)


def test_a_network_namespace_holds_where_the_system_gives_one() -> None:
    front, _ = sealed.no_network()
    if not front:
        pytest.skip("this system gives no network namespace")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run([*front, sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode and "Network is unreachable" in done.stderr


@pytest.mark.parametrize(
    ("like", "path"),
    [
        ("7", "test/00007.png"),
        ("7.png", "test/7.png"),
        ("test_images/7.JPG", "a/test/7.JPG"),
        ("x_1", "x_1.jpg"),
    ],
)
def test_hidden_images_have_ids_of_the_samples_kind(like: str, path: str) -> None:
    names = hiding.renamed(["train/cat/1.JPG", "train/cat/2.png"], path)
    assert [name.rpartition("/")[0] for name in names] == [path.rpartition("/")[0]] * 2
    ids = [hiding.id_of(name, like) for name in names]
    found = match(ids, ImageIndex([*names, path]))
    assert [found.found[name] for name in ids] == names


def test_what_is_asked_of_a_notebook_is_checked(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="GPU: give yes or no, found 'maybe'"):
        notebook.gpu("maybe")
    with pytest.raises(UserError, match=r"bundle.json is missing: run `make export`, then make notebook"):
        notebook.write(notebook.Asked("a-b", "someone", True), tmp_path)
    assert notebook.Asked("x" * 60, "someone", True).name == ("podium-" + "x" * 60)[:50]
    assert notebook.known_slug("Leaf Spots_2") == "leaf-spots-2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "sample", "count"),
    [("folders", "case,owl,cat,dog", 8), ("beginnings", "eye,label", 9), ("table", "patient,label", 8)],
)
def test_a_hidden_set_has_rows_of_the_samples_kind(
    rows: str,
    sample: str,
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(Run("soft", rows=rows, together="max", sample=sample, metric="accuracy"))
    export.main()
    monkeypatch.setenv("COMPETITION", "leaf-spots")
    stage.main()
    monkeypatch.setenv("IMAGES", "9")
    capsys.readouterr()
    rehearse.main()
    told = capsys.readouterr().out
    assert "3 rows of the sample in " in told and f"  {count} training images as a hidden test set" in told


@pytest.mark.slow
def test_a_hidden_set_has_the_tables_and_vectors_that_vote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(neighbours, "MANY", 2)
    finish(Run(told="linear model", train=75, network=False, probed=True, tinted=True))
    voting = [one["name"] for one in json.loads(Path("data/ensemble/table.json").read_text())["members"]]
    assert voting == ["probe_a", "columns", "neighbours"]
    export.main()
    monkeypatch.setenv("COMPETITION", "leaf-spots")
    stage.main()
    monkeypatch.setenv("IMAGES", "9")
    rehearse.main()
    assert "  9 training images as a hidden test set" in capsys.readouterr().out
