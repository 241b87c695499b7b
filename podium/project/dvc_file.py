"""dvc.yaml: its stages, and the lists of modules that stand among their deps."""

from pathlib import Path
from typing import Any

import yaml

from podium.foundation.files import replacing_folder, write_text
from podium.project.closure import FOLDER, Code

PATH = Path("dvc.yaml")


def stages(path: Path = PATH) -> dict[str, dict[str, Any]]:
    """The stages as dvc.yaml has them, before templates are filled in."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    return found


def script(stage: dict[str, Any]) -> Path:
    """The stage's script, from its `python -m stages.<name>` command."""
    module = stage["cmd"].split()[2]
    return Path(*module.split(".")).with_suffix(".py")


def code_list(name: str) -> Path:
    """The file that stands in a stage's deps for all its modules."""
    return FOLDER / f"{name}.txt"


def write_code_lists(root: Path = Path()) -> None:
    """Writes the list of every script in stages/, all at once.

    DVC takes no dvc.yaml as a dep, so that a script has its list before a stage of that file asks for it.
    """
    code, plugins = Code(root), {script(stage): stage["deps"] for stage in stages(root / PATH).values()}
    with replacing_folder(root / FOLDER) as folder:
        for path in sorted((root / "stages").glob("*.py")):
            here = path.relative_to(root)
            if path.name != "__init__.py":
                write_text(folder / code_list(path.stem).name, code.listing(here, plugins.get(here, [])))
