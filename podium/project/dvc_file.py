"""dvc.yaml: its stages, and the lists of modules that stand among their deps."""

from pathlib import Path
from typing import Any

import yaml

from podium.foundation import git, params
from podium.foundation.files import replacing_folder, write_text
from podium.project.closure import FOLDER, Code

PATH = Path("dvc.yaml")
# Git carries this file and DVC's lock names the whole folder: a fresh clone's is neither missing nor as the
# lock says, so that `dvc repro --pull` runs `check` there. Were it missing, `check` would count as unchanged.
NOTE = FOLDER / "README.md"
SAID = """\
One file a stage, written by `check`: the modules that it runs, each with its digest. DVC takes it for the
stage's code. This page stands in Git so that `check` runs in every fresh clone, with `dvc repro --pull` too.
"""


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


def chosen(stage: dict[str, Any], named: set[str], root: Path = Path()) -> list[Path]:
    """The plug-ins of the stage's `meta: chosen` folder that params name, as paths below `root`.

    Such a folder cannot stand among deps: DVC refuses a file that is not there, and a name that is no
    plug-in's is none (a library's network); the folder itself would rerun the stage for files it never runs.
    """
    folder = stage.get("meta", {}).get("chosen")
    if folder is None:
        return []
    return sorted(p.relative_to(root) for p in (root / folder).glob("*.py") if p.stem in named)


def strings(values: object) -> set[str]:
    """All words that stand as values in params: whatever names a plug-in is among them."""
    if isinstance(values, dict):
        return set().union(*map(strings, values.values()))
    if isinstance(values, list):
        return set().union(*map(strings, values))
    return {values} if isinstance(values, str) else set()


def taught(values: dict[str, Any]) -> set[str]:
    """The words of the params under which the teacher of hard examples ran: its network may be our own."""
    revision = ((values.get("augment") or {}).get("hard_examples") or {}).get("teacher")
    if revision is None:
        return set()
    text = git.answer("-C", str(git.repository()), "show", f"{revision}:{params.PATH}")
    return strings(yaml.safe_load(text))


def write_code_lists(root: Path = Path()) -> None:
    """Writes the list of every script in stages/, all at once.

    DVC takes no dvc.yaml as a dep, so that a script has its list before a stage of that file asks for it.
    """
    code, known = Code(root), {script(stage): stage for stage in stages(root / PATH).values()}
    values = params.read(root / params.PATH)
    words = strings(values) | taught(values)
    with replacing_folder(root / FOLDER) as folder:
        write_text(folder / NOTE.name, SAID)
        for path in sorted((root / "stages").glob("*.py")):
            here = path.relative_to(root)
            if path.name != "__init__.py":
                stage = known.get(here, {})
                listing = code.listing(here, stage.get("deps", ()), chosen(stage, words, root))
                write_text(folder / code_list(path.stem).name, listing)
