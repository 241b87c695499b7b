"""Which file of a folder each id of the sample means: test images alone, by the rules of ingest."""

from collections.abc import Sequence
from pathlib import Path

from podium.competition.matching import ImageIndex, match
from podium.competition.suffixes import pictures
from podium.export.card import Card
from podium.foundation.errors import UserError
from podium.foundation.instead import START
from podium.images.opening import looks_like_image

FEW = 0.01  # share of ids without an image that get the classes' shares; more are a wrong folder


def images(folder: Path) -> list[str]:
    """Paths below `folder`, with /, of what has an image's suffix or begins like one; ascending."""
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: name the folder of test images.")
    files = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    told, beside = pictures(files)  # broken perhaps: their rows get the classes' shares
    known = {*told, *beside}
    others = [name for name in files if name not in known and _is_image(folder / name)]
    return sorted(told + others)


def candidates(folder: Path, card: Card) -> list[str]:
    """What an id may mean below `folder`; only the test folders are walked where it holds them."""
    there = [name for name in card.tests if (folder / name).is_dir()]
    if there:
        return sorted(f"{name}/{path}" for name in there for path in images(folder / name))
    return of_test(images(folder), card)


def of_test(paths: Sequence[str], card: Card) -> list[str]:
    """Those in the download's test folders where any is; else all but those in its training folders."""
    tests = [path for path in paths if _inside(path, card.tests)]
    return tests or [path for path in paths if not _inside(path, card.trains)]


def files_of(ids: Sequence[str], folder: Path, card: Card) -> dict[str, Path]:
    """The image of each id; a few ids may have none. Raises UserError for more, or for an id with two."""
    found = match(dict.fromkeys(ids), ImageIndex(candidates(folder, card)))
    for name, several in found.ambiguous.items():
        raise UserError(
            f"the id {name!r} may be {several[0]} or {several[1]} of {folder}: name the test folder itself."
        )
    known = {name: folder / path for name, path in found.found.items()}
    for name in found.missing:
        if (folder / card.known.get(name, "")).is_file():
            known[name] = folder / card.known[name]
    lacking = [name for name in ids if name not in known]
    if lacking and len(lacking) > FEW * len(ids):
        more = f" ({len(lacking):,} such ids of {len(ids):,})" if len(lacking) > 1 else ""
        raise UserError(f"{folder} has no test image for the id {lacking[0]!r}{more}: name the test folder.")
    return known


def _inside(path: str, folders: Sequence[str]) -> bool:
    return any(f"/{path}".find(f"/{folder}/") >= 0 for folder in folders if folder)


def _is_image(path: Path) -> bool:
    if path.suffix and not path.suffix[1:].isdigit():
        return False
    try:
        with path.open("rb") as file:
            return looks_like_image(file.read(START))
    except OSError:
        return False
