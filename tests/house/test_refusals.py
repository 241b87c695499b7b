"""A command that is refused changes nothing, whichever of make's it is."""

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from tests.house.test_commands import TARGETS

ROOT = Path(__file__).parents[2]
OUT_OF_SIGHT = (".git", "tmp", "__pycache__")  # folders in which Git and DVC keep their own notes
NOT_REFUSED = {
    "help", "venv", "lint", "docs", "test", "test-quick", "test-slow",  # take nothing from the user
    "experiments", "leaderboard",  # only show what is there
}  # fmt: skip
BAD = "train: {epochs: many}\n"

# target -> (script, its arguments, params.yaml in place of ours, the sentence)
REFUSED: dict[str, tuple[str, list[str], str | None, str]] = {
    "submission": ("check", [], BAD, r"train\.epochs: input should be"),
    "check": ("check", [], BAD, r"train\.epochs: input should be"),
    "start": ("start", ["ours.zip"], "competition: {path: }\n", r"competition\.path is not there"),
    "train": ("train_folds", ["--jobs", "some"], None, r"^JOBS=some: give how many"),
    "sweep": ("sweep", ["--set", "-S train.epoch=3,4"], None, r"train\.epoch is not a parameter"),
    "experiment": (
        "experiment",
        ["--set", "-S train.epoch=3"],
        None,
        r"train\.epoch is not a parameter",
    ),
    "recipe": ("experiment", ["--recipe", "none"], None, r"^recipes/none is not there"),
    "choose": ("choose", [], None, r"^there is no run to choose from: no run has ended here yet"),
    "compare": ("compare", [], None, r"^name an experiment"),
    "reset": ("reset", [], None, r"^no commit holds params\.yaml"),
    "freeze-folds": ("freeze_folds", [], None, r"data/split/folds\.parquet is missing"),
    "vote": ("vote", ["--experiments", "none"], None, r"^experiment 'none' is not here"),
    "export": ("export", [], None, r"is missing: run `dvc repro`, then export"),
    "notebook": ("notebook", [], None, r"^export/"),
    "rehearse": ("rehearse", [], None, r"is missing"),
    "submit-notebook": ("submit_notebook", [""], None, r"^say what is new"),
    "download": ("download", [""], None, r"COMPETITION"),
    "upload": ("upload", [""], None, r"^say what is new"),
    "score": ("score", [], None, r"^give the labelled folder"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a run's traces, without a commit that holds params.yaml."""
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml", "Makefile"):
        shutil.copy(ROOT / name, name)
    shutil.copytree(ROOT / "recipes", "recipes")
    for name in (".dvc", "data/raw", "models", "reports", "stages"):
        Path(name).mkdir(parents=True)
    for name in (".dvc/config", ".dvc/.gitignore"):
        shutil.copy(ROOT / name, name)
    for name, text in (("dvc.lock", "schema: '2.0'\n"), ("reports/metrics.json", "{}")):
        Path(name).write_text(text)
    Path("data/network.json").write_text("{}")
    shutil.make_archive("ours", "zip", "recipes")
    for words in (["init", "-q"], ["config", "user.name", "t"], ["config", "user.email", "t@localhost"],
                  ["commit", "-q", "--allow-empty", "-m", "empty"]):  # fmt: skip
        subprocess.run(["git", *words], check=True)
    return tmp_path


def contents(root: Path) -> dict[str, str]:
    """Every file's digest, and folders as such."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in root.rglob("*")
        if not set(OUT_OF_SIGHT) & set(path.relative_to(root).parts)
    }


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before | after if before.get(name) != after.get(name)}


def test_every_target_is_here() -> None:
    assert {*REFUSED, "debug", *NOT_REFUSED} == set(TARGETS)


@pytest.mark.parametrize("target", REFUSED)
def test_a_refused_command_changes_nothing(
    target: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, arguments, params, sentence = REFUSED[target]
    if params is not None:
        Path("params.yaml").write_text(params)
    monkeypatch.setattr(sys, "argv", [script, *arguments])
    before = contents(project)
    with pytest.raises(UserError, match=sentence):
        importlib.import_module(f"stages.{script}").main()
    assert changed(before, contents(project)) == set()


@pytest.mark.parametrize(
    ("target", "given", "sentence"),
    [
        ("experiment", "SET=--queue", r"error: SET: --queue is no setting: give SET="),
        ("sweep", "SET=--queue", r"error: SET: --queue is no setting: give SET="),
        ("vote", "MODELS=--name", r"error: params\.yaml: model: no network is called '--name'"),
    ],
)
def test_what_looks_like_an_option_is_no_riddle(
    target: str, given: str, sentence: str, project: Path
) -> None:
    """`make experiment SET=--queue` was argparse's usage: "argument --set: expected one argument"."""
    shutil.rmtree("stages")
    for name in ("podium", "stages"):
        Path(name).symlink_to(ROOT / name)
    command = ["make", "-o", "venv", "-o", "check", target, given]
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | here)
    assert done.returncode == 2 and re.search(sentence, done.stderr), done.stderr


def test_networks_do_not_vote_where_nothing_is_trained(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace("\neffort: auto ", "\neffort: probe"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["vote", "--models", "resnet18"])
    before = contents(project)
    with pytest.raises(UserError, match="effort: probe trains no network, so MODELS cannot vote"):
        importlib.import_module("stages.vote").main()
    assert changed(before, contents(project)) == set()


def test_a_stage_that_is_none_is_not_debugged(project: Path) -> None:
    before = contents(project)
    command = ["make", "-o", "venv", "debug", "STAGE=none"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "STAGE=none: no such stage" in done.stderr
    assert changed(before, contents(project)) == set()


def test_a_start_that_is_refused_late_gives_params_back(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path stands in params.yaml already when a mistake elsewhere in it is found."""
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace("epochs: auto", "epochs: many"))
    monkeypatch.setattr(sys, "argv", ["start", "ours.zip"])
    before = contents(project)
    with pytest.raises(UserError, match=r"train\.epochs: input should be"):
        importlib.import_module("stages.start").main()
    assert changed(before, contents(project)) <= {"data/raw/ours.zip"}  # the copy that the next start takes
