"""make's commands: each is in the help, calls scripts that exist, and is named rightly by the documents."""

import re
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^\.PHONY: (\S+)$", MAKEFILE, re.MULTILINE)
DOCUMENTS = [
    Path("README.md"),
    *Path("docs").glob("*.md"),
    *Path("recipes").iterdir(),
    Path("data/raw/README.md"),
]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], capture_output=True, text=True, check=False)


def test_help_tells_every_command() -> None:
    shown = make("help").stdout
    told = re.findall(r"^  make (\S+) +\S", shown, re.MULTILINE)
    assert sorted(told) == sorted(TARGETS)


@pytest.mark.parametrize("script", sorted(set(re.findall(r"python -m stages\.(\w+)", MAKEFILE))))
def test_scripts_exist(script: str) -> None:
    assert Path(f"stages/{script}.py").is_file()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_documents_name_commands_files_and_keys_that_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b(?= |`|$|\n)", text)) <= {*TARGETS, "sure"}
    for name in re.findall(r"`((?:podium|stages|tests|docs|recipes|benchmarks)/[\w./]+)`", text):
        assert Path(name).exists(), f"{path} names {name}"
    for target in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (path.parent / target).exists(), f"{path} links to {target}"


def test_debug_and_recipe_say_what_is_missing() -> None:
    done = make("-o", "venv", "debug")
    assert done.returncode == 2 and "error: name the stage: make debug STAGE=train FOLD=0" in done.stderr
    done = make("-o", "venv", "-o", "check", "recipe", "NAME=nope")
    assert done.returncode == 2
    assert re.search(
        r"error: recipes/nope is not there: give NAME=one of bag_of_tricks, .*resnext101", done.stderr
    )


def test_an_old_python_is_told_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.9.2' || exit 1\n")
    old.chmod(0o755)
    done = make(f"PYTHON={old}", f"VENV={tmp_path / 'venv'}", "venv")
    assert done.returncode == 2
    assert "error: Podium needs Python 3.11 or newer, found Python 3.9.2" in done.stderr
    assert not (tmp_path / "venv").exists()
