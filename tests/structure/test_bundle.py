"""What a bundle carries of ours runs where Kaggle's notebooks run: nothing else is imported."""

import ast
import sys
from pathlib import Path

import pytest

from podium.export.bundle import SCRIPT, form
from podium.forms.registry import FORMS
from podium.project.closure import Code

CARRIED = Code().of_stage(SCRIPT, chosen=map(form, FORMS.names()))
GIVEN = {"numpy", "cv2", "PIL", "pandas", "podium"}
ENGINES = {"torch", "onnxruntime"}  # what runs the graphs: one of the two, imported where it is needed
PLUG_INS = {"chardet", "pillow_heif", "pillow_jxl", "pydicom"}  # done without where they are not installed


def imports(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """Packages that the file imports when it runs, each with what stands around the import."""
    found: dict[str, list[ast.AST]] = {}

    def visit(node: ast.AST, around: list[ast.AST]) -> None:
        for child in ast.iter_child_nodes(node):
            if (
                isinstance(child, ast.If)
                and isinstance(child.test, ast.Name)
                and child.test.id == "TYPE_CHECKING"
            ):
                continue
            names = [alias.name for alias in child.names] if isinstance(child, ast.Import) else []
            names += [child.module or ""] if isinstance(child, ast.ImportFrom) else []
            for name in names:
                found[name.partition(".")[0]] = around
            visit(child, [*around, child])

    visit(tree, [])
    return found


@pytest.mark.parametrize("name", CARRIED)
def test_what_a_bundle_carries_imports_only_what_is_there(name: str) -> None:
    for package, around in imports(ast.parse(Path(name).read_text(encoding="utf-8"))).items():
        late = any(isinstance(node, ast.FunctionDef) for node in around)
        if package in ENGINES:
            assert name == "podium/export/engines.py" and late
        elif package in PLUG_INS:
            assert late, f"{name} imports {package} at its top"
        else:
            assert package in GIVEN | set(sys.stdlib_module_names), f"{name} imports {package}"


def test_a_bundle_carries_the_readers_of_the_pipeline_itself() -> None:
    for reader in ("images/opening", "images/storing", "competition/matching", "download/tables"):
        assert f"podium/{reader}.py" in CARRIED
    for writer in ("forms/kinds/label", "submission/submission", "duplicates/answers", "tasks/registry"):
        assert f"podium/{writer}.py" in CARRIED
