"""Imports point one way: contracts and small tools <- domain modules <- training <- stages."""

from pathlib import Path

import pytest

from podium import closure

MODULES = sorted(Path("podium").rglob("*.py"))
FOUNDATION = {"errors", "files", "params", "run", "scratch", "images", "shards", "entry", "contracts"}
WHOLE = {"checking"}  # knows every room's params, and nothing else of them
LATE = {"training", "report", "export", "start", "summary"}  # may look at the rooms before them


def room(path: Path) -> str:
    return path.relative_to("podium").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_podium_never_imports_stages(path: Path) -> None:
    assert not [found for found in closure.imports(path) if found.parts[0] == "stages"]


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in FOUNDATION], ids=str)
def test_the_foundation_knows_no_room(path: Path) -> None:
    rooms = {room(found) for found in closure.imports(path)} - {"__init__"}
    assert rooms <= FOUNDATION


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) not in LATE | FOUNDATION | WHOLE], ids=str)
def test_domain_modules_do_not_know_what_comes_after_them(path: Path) -> None:
    rooms = {room(found) for found in closure.imports(path) if "params" not in found.stem}
    assert not rooms & (LATE | WHOLE)


def test_imports_make_no_circle() -> None:
    graph = {path: set(closure.imports(path)) - {path} for path in MODULES if path.name != "__init__.py"}
    while leaves := [path for path, needs in graph.items() if not needs & graph.keys()]:
        for path in leaves:
            del graph[path]
    assert not graph, "these import each other"


@pytest.mark.parametrize(
    "stage", ["check", "ingest", "clean_labels", "split", "augment", "ensemble", "submit"]
)
def test_torch_is_not_imported_where_it_costs_seconds_for_nothing(stage: str) -> None:
    script = Path(f"stages/{stage}.py")
    for name in closure.closure(script):
        text = Path(name).read_text()
        for heavy in ("import torch", "from torch", "import timm", "import lightning", "from lightning"):
            lines = [line for line in text.splitlines() if line.startswith(heavy)]
            assert not lines, f"{name} imports at its top what {stage} does not need: {lines[0]}"


@pytest.mark.parametrize("path", [*Path("podium/report").glob("*.py"), Path("podium/figures.py")], ids=str)
def test_the_report_imports_torch_only_where_it_looks_into_a_network(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert not [
        line for line in lines if line.startswith(("import torch", "from torch", "from podium.networks"))
    ]
