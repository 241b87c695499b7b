"""Makes a competition the project: its zip registered, params.yaml set, its first run the baseline."""

import re
import shutil
import unicodedata
import zipfile
from hashlib import sha256
from pathlib import Path

from podium.contracts.competition import Finding
from podium.download import archives, meta
from podium.foundation import git
from podium.foundation.errors import UserError
from podium.foundation.files import replacing
from podium.foundation.instead import START, sentence
from podium.project import standing
from podium.project.foreground import dvc

RAW = Path("data/raw")
BLOCK = 1 << 20  # bytes read at once
NO_TEXT = ("Cc", "Cs")  # control characters, and bytes that are no UTF-8
NOTE = "  # found: "  # lines of params.yaml that tell what ingest detected; the first run writes them
PATH_LINE = re.compile(
    r"^(competition:\n(?:  .*\n)*?  path: )(\"[^\"\n]*\"|'[^'\n]*'|\S+)( *)(.*\n)", re.MULTILINE
)
NOTEBOOKS = "this competition takes notebooks alone: the way is export, notebook, rehearse, submit-notebook"
IDEA = """\
  make experiment SET="-S train.epochs=12"         one idea; -S takes any key of params.yaml"""
TRAIN = """\
  make experiment SET="-S effort=auto"             trains a network too, where that pays"""
MORE = """\
  make experiment SET="-S effort=high"             a network did not pay in its trial: tries more"""
NEXT = f"""\
next:
  open reports/index.html                          how good, can it be trusted, what next
{IDEA}
  make experiments                                 all of them beside the baseline
"""
UPLOAD = """\
  make upload MESSAGE="baseline"                   sends the submission to Kaggle"""
NOTEBOOK = """\
  make export notebook rehearse                    the submission as a notebook, run as Kaggle will
  make submit-notebook MESSAGE="baseline"          sends it, runs it there and submits what it writes"""


def take(given: str, raw: Path = RAW) -> Path:
    """The competition's archive or folder as the project names it; an archive from outside goes to `raw`.

    Numbered parts (mine.zip.001) are joined there. Raises UserError for what is no archive that is opened.
    """
    if not given:
        raise UserError("name the competition's zip: make start ZIP=path/to/mine.zip.")
    if "://" in given:
        raise UserError(
            f"ZIP={given} is an address: `make download COMPETITION={given}` fetches a Kaggle competition; "
            "download any other zip first, and give its path."
        )
    path = Path(given).expanduser()
    if any(unicodedata.category(letter) in NO_TEXT for letter in given):
        raise UserError(f"ZIP={given!r}: rename it: a name with such letters cannot stand in params.yaml.")
    if not path.exists():
        raise UserError(f"ZIP={given} is not there: give the path of the zip that Kaggle handed out.")
    if path.is_dir():
        inside = path.resolve().is_relative_to(Path().resolve())
        return path.resolve().relative_to(Path().resolve()) if inside else path.resolve()
    parts = archives.parts(path)
    _refuse_unopened(given, path)
    place = raw / archives.whole(path.name)
    if parts == [place] or (place.exists() and joined_digest([place]) == joined_digest(parts)):
        meta.carry(path, place)
        return place  # itself, or its copy of an earlier start
    if place.exists():
        raise UserError(f"{place} is already there, and is another file: remove it or rename {given}.")
    with replacing(place) as draft, draft.open("wb") as target:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, target)
    meta.carry(path, place)
    return place


def joined_digest(parts: list[Path]) -> str:
    """The SHA-256 of files one after the other."""
    digest = sha256()
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _refuse_unopened(given: str, path: Path) -> None:
    """Raises UserError for what is no archive, or none that is opened here."""
    if archives.whole(path.name) != path.name:
        return  # a part: what they are together, ingest says
    kind = archives.kind_of(path)
    if kind in archives.UNOPENED:
        raise UserError(archives.unopened(given, kind))
    if (not kind or kind == "zip") and not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            start = file.read(START)
        told = "" if start.startswith(b"PK") else sentence(start, "zip")
        told = told or f"no whole zip, tar or 7z ({path.stat().st_size:,} bytes): download it again"
        raise UserError(f"ZIP={given} is {told}.")


def with_path(text: str, path: Path) -> str:
    """params.yaml's text with `competition.path` set and the last competition's notes gone."""
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(NOTE))
    name = path.as_posix()
    if not re.fullmatch(r"[\w./~-]+", name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def line(found: re.Match[str]) -> str:
        space = " " * max(2 if found[4].strip() else 0, len(found[2]) + len(found[3]) - len(name))
        return found[1] + name + space + found[4]

    changed, times = PATH_LINE.subn(line, text, count=1)
    if not times:
        raise UserError("params.yaml: competition.path is not there: add `  path: …` below `competition:`.")
    return changed


def is_another(before: str, after: str) -> bool:
    """Do the two texts of params.yaml name different competitions?"""
    old, new = PATH_LINE.search(before), PATH_LINE.search(after)
    return old is None or new is None or old[2] != new[2]


def with_findings(text: str, findings: list[Finding]) -> str:
    """params.yaml's text with a comment line a finding below `competition.path`: a note, no setting."""
    notes = "".join(f"{NOTE}{_line(f.what)}: {_line(f.found)}\n" for f in findings)
    return PATH_LINE.sub(lambda found: found[0] + notes, text, count=1)


def _line(text: str) -> str:
    """Text that stays inside one comment line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def next_steps(notebooks_only: bool, effort: str = "auto", trained: bool = True) -> str:
    """What to do after the first run, by what the competition takes and whether anything was trained."""
    untrained = {"probe": TRAIN, "auto": MORE}
    steps = NEXT if trained else NEXT.replace(IDEA, untrained.get(effort, IDEA))
    return steps + (NOTEBOOK if notebooks_only else UPLOAD)


def register(path: Path) -> list[str]:
    """Hands the zip to DVC, so that temporary and queued experiments find it. Returns files to commit."""
    if path.is_absolute() or path.is_dir():
        return []
    dvc("add", "--quiet", path.as_posix())
    return [f"{path.as_posix()}.dvc"]


def commit_baseline(name: str, more: list[str]) -> None:
    """Commits what the first run decided, and nothing else that may lie in the tree."""
    paths = [path for path in (*standing.BASELINE, *more) if Path(path).exists()]
    done = git.ask("add", *paths)
    if not done.returncode and git.ask("diff", "--cached", "--quiet", "--", *paths).returncode == 0:
        return  # the same competition again: the baseline stands
    if not done.returncode:
        done = git.ask("commit", "-m", f"Baseline of {name}", "--", *paths)
    if done.returncode:
        words = " ".join((done.stdout + done.stderr).split())
        raise UserError(
            f"the run ended and is kept, but its baseline could not be committed ({words}): mend that, then "
            f"run `git commit -m baseline -- {' '.join(paths)}`."
        )
