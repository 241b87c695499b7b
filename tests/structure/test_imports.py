"""Imports point one way: from each room to those that podium/__init__.py lists above it."""

from pathlib import Path

import pytest

import podium
from podium.project.closure import Code

CODE = Code()
MODULES = sorted(path for path in Path("podium").rglob("*.py") if path != Path("podium/__init__.py"))
FLOORS = [line.split()[0] for line in (podium.__doc__ or "").splitlines() if "  " in line]


def room(path: Path) -> str:
    return path.parts[1]


def test_every_room_has_its_floor_and_every_floor_its_room() -> None:
    assert len(set(FLOORS)) == len(FLOORS)
    assert {room(path) for path in MODULES} == set(FLOORS), "podium/__init__.py lists the rooms"


def test_nothing_lies_loose_at_the_top() -> None:
    assert [path.name for path in Path("podium").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_go_down(path: Path) -> None:
    below = FLOORS[: FLOORS.index(room(path)) + 1]
    for found in CODE.imports(path):
        assert found.parts[0] == "podium", f"{found} is above podium"
        assert found == Path("podium/__init__.py") or room(found) in below, f"{found} is above {room(path)}"


def test_imports_make_no_circle() -> None:
    graph = {path: set(CODE.imports(path)) - {path} for path in MODULES if path.name != "__init__.py"}
    while leaves := [path for path, needs in graph.items() if not needs & graph.keys()]:
        for path in leaves:
            del graph[path]
    assert not graph, "these import each other"


LIGHT = (
    "check",
    "ingest",
    "network",
    "clean_labels",
    "split",
    "augment",
    "pseudo_label",
    "refit",
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
