"""params.yaml, the Section classes and dvc.yaml agree."""

import ast
import importlib
from pathlib import Path

import pytest

from podium.foundation.params import Section, read
from podium.project import dvc_file
from podium.project.checking import SECTIONS, known_keys
from podium.project.closure import Code

STAGES = dvc_file.stages()
CODE = Code()
# The matrix itself names the folds; as a parameter of train, `folds=[0]` would retrain fold 0.
KNOWN_OTHERWISE = {"train": {"folds"}}


def declared_sections() -> dict[str, type[Section]]:
    """Every Section subclass that is defined under podium/, by name."""
    found = {}
    for path in sorted(Path("podium").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            if any(base.split(".")[-1] == "Section" for base in bases):
                dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                module = importlib.import_module(dotted)
                found[node.name] = getattr(module, node.name)
    return found


def keys(cls: type[Section]) -> set[str]:
    return {cls.section} if cls.section else set(cls.model_fields)


def test_every_section_class_is_checked() -> None:
    assert set(declared_sections().values()) == set(SECTIONS), "list it in podium/project/checking.py"


def test_no_two_sections_claim_one_key() -> None:
    assert len(known_keys()) == len(set(known_keys()))


def test_every_key_of_the_file_is_known_and_every_known_key_is_in_the_file() -> None:
    assert set(read()) == set(known_keys())


def leaves(model: type, at: str = "") -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        nested = isinstance(inner, type) and hasattr(inner, "model_fields")
        found |= leaves(inner, f"{at}{name}.") if nested else {f"{at}{name}"}
    return found


@pytest.mark.parametrize("cls", [cls for cls in SECTIONS if cls.section], ids=lambda cls: cls.section)
def test_the_file_shows_every_knob(cls: type[Section]) -> None:
    def flat(values: dict, at: str = "") -> set[str]:
        return {at + k for k in values} | {
            n for k, v in values.items() if isinstance(v, dict) for n in flat(v, f"{at}{k}.")
        }

    assert leaves(cls) <= flat(read()[cls.section]), "a knob that params.yaml does not show is not found"


def test_every_line_of_the_file_says_what_it_means() -> None:
    for number, line in enumerate(Path("params.yaml").read_text().splitlines(), 1):
        opens = line.rstrip().endswith(":")  # a section's head
        if line.strip() and not line.lstrip().startswith("#") and not opens:
            assert "  # " in line, f"params.yaml line {number} has no trailing comment: {line}"


def loaded(stage: str) -> set[str]:
    """The keys of the sections that the stage's code loads."""
    classes = declared_sections()
    found: set[str] = set()
    for name in CODE.closure(dvc_file.script(STAGES[stage])):
        for node in ast.walk(ast.parse(Path(name).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "load" and node.args:
                cls = classes.get(ast.unparse(node.args[0]).split(".")[-1])
                found |= keys(cls) if cls else set()
    return found


@pytest.mark.parametrize("stage", [name for name in STAGES if "params.yaml" not in STAGES[name]["deps"]])
def test_a_stage_declares_the_params_that_it_reads(stage: str) -> None:
    declared = {str(param).partition(".")[0] for param in STAGES[stage].get("params", [])}
    assert declared == loaded(stage) - KNOWN_OTHERWISE.get(stage, set())


# Of a section DVC's run cache (3.67: stage/cache.py) leaves out keys of these names, as if of files.
BLIND = {"size", "nfiles"}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_what_the_run_cache_would_not_see_is_a_param_by_its_full_name(stage: str) -> None:
    asked = set(STAGES[stage].get("params", ()))
    hidden = {
        f"{cls.section}.{leaf}"
        for cls in SECTIONS
        if cls.section in asked
        for leaf in leaves(cls)
        if BLIND & set(leaf.split("."))
    }
    assert hidden <= asked, "the run cache would give one value's results to another"
