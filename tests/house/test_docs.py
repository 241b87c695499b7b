"""What README and docs tell a reader to type is right: targets, settings, options; no page is out of date."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from podium.foundation.params import read
from podium.project import parameters_page, settings

PAGES = [Path("README.md"), *sorted(Path("docs").glob("*.md"))]
BLOCK = re.compile(r"```\n(.*?)```", re.DOTALL)
KEY = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+)(?:: [^`]*)?`")
FILES = ("py", "md", "csv", "yaml", "txt", "html", "ipynb", "json", "onnx", "lock", "zip", "pth")


def commands() -> list[str]:
    """Every command line of a fenced block, without its comment."""
    blocks = [block for page in PAGES for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    lines = [re.sub(r"  +# .*$", "", line.strip()).strip() for block in blocks for line in block.splitlines()]
    return sorted({line for line in lines if line})


@pytest.mark.parametrize("line", commands())
def test_a_command_can_be_typed_as_it_stands(line: str) -> None:
    words = shlex.split(line)
    words = [word for word in words if "=" not in word or word.startswith("-")] if "=" in words[0] else words
    if words[0] == "make":
        done = subprocess.run(
            ["make", "-n", "-o", "venv", *words[1:]], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        given = dict(word.split("=", 1) for word in words[2:] if "=" in word)
        names = settings.taken(given.get("SET", ""))
        settings.refuse_wrong([re.sub(r"(?<=teacher=)\w+$", "null", name) for name in names])
    elif words[0] == "dvc":
        from dvc.cli.parser import get_main_parser

        parsed = get_main_parser().parse_args(words[1:])
        settings.refuse_wrong(getattr(parsed, "set_param", None) or [])
    else:
        assert words[0] in ("git", "source", "python", "CUDA_VISIBLE_DEVICES=0", "torchrun"), line


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_keys_that_a_page_names_exist(page: Path) -> None:
    known = settings.keys(read())
    named = {key for key in KEY.findall(page.read_text(encoding="utf-8")) if not key.endswith(FILES)}
    sections = {key.partition(".")[0] for key in known}
    assert {key for key in named if key.partition(".")[0] in sections} <= known


def test_the_parameters_page_is_what_params_yaml_says() -> None:
    assert parameters_page.PAGE.read_text(encoding="utf-8") == parameters_page.current(), "run make docs"


def test_pictures_of_the_readme_are_small() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", Path("README.md").read_text(encoding="utf-8"))
    assert shown and all(Path(name).stat().st_size < 150_000 for name in shown)


def test_every_key_stands_on_the_page_with_its_bounds() -> None:
    text = parameters_page.current()
    assert "| `seed` | `0` |" in text and "| `split.k` | `5` |" in text
    assert parameters_page.allowed("train.weight_decay") == "number, ≥ 0, ≤ 1"
    assert "`cosine`" in parameters_page.allowed("train.schedule")
    assert all(key in settings.keys(read()) for key, _ in parameters_page.FIRST)
