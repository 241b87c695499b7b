"""What is no stage says itself what an interrupt leaves: DVC records nothing of it and repeats nothing."""

import ast
from pathlib import Path

import pytest

from podium.project import dvc_file

STAGES = {dvc_file.script(stage) for stage in dvc_file.stages().values()}
SCRIPTS = sorted(path for path in Path("stages").glob("*.py") if path.name != "__init__.py")


def started_with(path: Path) -> set[str]:
    """The keywords that the script hands to podium.foundation.entry.run."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    last = body[-1]
    assert isinstance(last, ast.If) and isinstance(last.body[0], ast.Expr), "if __name__ == ... ends a script"
    call = last.body[0].value
    assert isinstance(call, ast.Call) and ast.unparse(call.func) in ("run", "run_stage")
    return {str(keyword.arg) for keyword in call.keywords}


@pytest.mark.parametrize("path", SCRIPTS, ids=str)
def test_a_script_that_is_no_stage_has_its_own_words_for_an_interrupt(path: Path) -> None:
    assert ("interrupted" in started_with(path)) == (path not in STAGES)
