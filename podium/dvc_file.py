"""dvc.yaml as text: its stages' deps, read and written in place, comments and order kept."""

import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

from podium.closure import expected, is_code

PATH = Path("dvc.yaml")
WIDTH = 110
INDENT = "      "


def stages(path: Path = PATH) -> dict[str, dict[str, Any]]:
    """The stages as dvc.yaml has them, before templates are filled in."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    return found


def script(stage: dict[str, Any]) -> Path:
    """The stage's script, from its `python -m stages.<name>` command."""
    module = stage["cmd"].split()[2]
    return Path(*module.split(".")).with_suffix(".py")


def with_true_deps(text: str, root: Path = Path()) -> str:
    """The file's text with every stage's deps made what it imports; a stage without a script yet is kept."""
    for name, stage in yaml.safe_load(text)["stages"].items():
        if (root / script(stage)).is_file():
            text = _replaced(text, name, expected(script(stage), stage.get("deps") or [], root))
    return text


def _replaced(text: str, stage: str, deps: list[str]) -> str:
    """Swaps one stage's `deps:` block, whether it is written in one line or in many."""
    start = re.search(rf"^  {re.escape(stage)}:\n", text, re.MULTILINE)
    assert start, stage
    block = re.compile(r"^    deps:.*\n(?:(?:      .*|    [\]}].*|    - .*)\n)*", re.MULTILINE)
    found = block.search(text, start.end())
    assert found, stage
    return text[: found.start()] + _written(deps) + text[found.end() :]


def _written(deps: list[str]) -> str:
    """Data and plug-ins on the first lines, then the code."""
    parts = [
        [dep for dep in deps if not is_code(dep)],
        [dep for dep in deps if is_code(dep)],
    ]
    lines = [line for part in parts for line in _lines(part)]
    return "    deps: [\n" + "\n".join(lines) + "\n    ]\n"


def _lines(deps: list[str]) -> list[str]:
    if not deps:
        return []
    words = ", ".join(f'"{dep}"' if "{" in dep else dep for dep in deps) + ","
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
