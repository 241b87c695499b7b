"""The house rules of size and naming."""

import ast
from pathlib import Path

import pytest

SOURCES = sorted([*Path("podium").rglob("*.py"), *Path("stages").glob("*.py")])
FILE_LINES, FUNCTION_LINES, STAGE_LINES = 300, 60, 60


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", sorted(Path("stages").glob("*.py")), ids=str)
def test_stages_read_like_a_table_of_contents(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= STAGE_LINES


def test_no_drawer_for_odds_and_ends() -> None:
    assert not [path for path in SOURCES if path.stem in ("utils", "helpers", "misc", "common")]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_module_and_public_thing_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert node.name == "main" or ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_nothing_is_pickled(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in (
        "pickle.load",
        "pickle.dump",
        "allow_pickle=True",
        "weights_only=False",
        "import joblib",
    ):
        assert word not in text, word
