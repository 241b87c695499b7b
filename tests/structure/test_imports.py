"""Imports point one way: contracts and small tools <- domain modules <- training <- stages."""

from pathlib import Path

import pytest

from podium.closure import Code

CODE = Code()
MODULES = sorted(Path("podium").rglob("*.py"))
FOUNDATION = {"errors", "files", "params", "run", "scratch", "images", "shards", "entry", "contracts"}
WHOLE = {"checking"}  # knows every room's params, and nothing else of them
LATE = {"training", "report", "export", "start", "summary"}  # may look at the rooms before them


def room(path: Path) -> str:
    return path.relative_to("podium").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_podium_never_imports_stages(path: Path) -> None:
    assert not [found for found in CODE.imports(path) if found.parts[0] == "stages"]


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in FOUNDATION], ids=str)
def test_the_foundation_knows_no_room(path: Path) -> None:
    rooms = {room(found) for found in CODE.imports(path)} - {"__init__"}
    assert rooms <= FOUNDATION


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) not in LATE | FOUNDATION | WHOLE], ids=str)
def test_domain_modules_do_not_know_what_comes_after_them(path: Path) -> None:
    rooms = {room(found) for found in CODE.imports(path) if "params" not in found.stem}
    assert not rooms & (LATE | WHOLE)


def test_imports_make_no_circle() -> None:
    graph = {path: set(CODE.imports(path)) - {path} for path in MODULES if path.name != "__init__.py"}
    while leaves := [path for path, needs in graph.items() if not needs & graph.keys()]:
        for path in leaves:
            del graph[path]
    assert not graph, "these import each other"


LIGHT = (
    "check",
    "ingest",
    "clean_labels",
    "split",
    "augment",
    "pseudo_label",
    "ensemble",
    "submit",
    "report",
)


@pytest.mark.parametrize("stage", LIGHT)
def test_torch_is_not_imported_where_it_costs_seconds_for_nothing(stage: str) -> None:
    for name in CODE.closure(Path(f"stages/{stage}.py"), inside=False):
        for line in Path(name).read_text().splitlines():
            heavy = line.startswith(
                ("import torch", "from torch", "import timm", "from timm", "from lightning")
            )
            assert not heavy, f"{name} imports at its top what {stage} does not need: {line}"
