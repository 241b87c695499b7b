"""Which file of a folder each id of the sample means: test images alone, by the rules of ingest."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from podium.competition.cells import tell
from podium.competition.keys import through_table
from podium.competition.matching import ImageIndex, Match, match
from podium.competition.suffixes import pictures
from podium.download import tables
from podium.download.tables import Sheet
from podium.export.card import BundleCard
from podium.foundation.errors import UserError
from podium.foundation.instead import START
from podium.images.opening import looks_like_image

FEW = 0.01  # share of ids without an image that get the classes' shares; more are a wrong folder
ABOVE = 3  # folders above the given one in which a table of the download is sought


def images(folder: Path) -> list[str]:
    """Paths below `folder`, with /, of what has an image's suffix or begins like one; ascending."""
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: name the folder of test images.")
    files = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    told, beside = pictures(files)  # broken perhaps: their rows get the classes' shares
    known = {*told, *beside}
    others = [name for name in files if name not in known and _is_image(folder / name)]
    return sorted(told + others)


def candidates(folder: Path, card: BundleCard) -> list[str]:
    """What an id may mean below `folder`; only the test folders are walked where it holds them."""
    there = [name for name in card.tests if (folder / name).is_dir()]
    if there:
        return sorted(f"{name}/{path}" for name in there for path in images(folder / name))
    return of_test(images(folder), card)


def of_test(paths: Sequence[str], card: BundleCard) -> list[str]:
    """Those in the download's test folders where any is; else all but those in its training folders."""
    tests = [path for path in paths if _inside(path, card.tests)]
    return tests or [path for path in paths if not _inside(path, card.trains)]


def files_of(ids: Sequence[str], folder: Path, card: BundleCard) -> dict[str, list[Path]]:
    """The images of each id, ascending; a few ids may have none.

    Raises UserError for more such ids, for an id of one image that fits two, or where the table that says
    which images an id means is not there.
    """
    found = _matched(ids, folder, card)
    for name, several in found.ambiguous.items():
        raise UserError(
            f"the id {name!r} may be {several[0]} or {several[1]} of {folder}: name the test folder itself."
        )
    known = {name: [folder / path for path in found.paths(name)] for name in found.found}
    for name in found.missing:
        paths = [folder / path for path in card.known.get(name, [])]
        known |= {name: there} if (there := [path for path in paths if path.is_file()]) else {}
    lacking = [name for name in ids if name not in known]
    if lacking and len(lacking) > FEW * len(ids):
        more = f" ({len(lacking):,} such ids of {len(ids):,})" if len(lacking) > 1 else ""
        raise UserError(f"{folder} has no test image for the id {lacking[0]!r}{more}: name the test folder.")
    return known


def _matched(ids: Sequence[str], folder: Path, card: BundleCard) -> Match:
    column = card.competition["id_column"]
    pool = ImageIndex(candidates(folder, card), column if card.rows else "")
    if not card.through:
        return match(dict.fromkeys(ids), pool)
    told = through_table(list(ids), column, [table(card.through, folder)], pool, sure=True)
    if told is None:
        raise UserError(
            f"{card.through} names no image of {folder} for each id of the sample, as it did when this "
            "bundle was made: give the competition's folder."
        )
    return told


def cells(paths: Sequence[Path], folder: Path, card: BundleCard) -> pd.DataFrame:
    """What tables say of the images, a line each, text or null; no column where no columns vote.

    Raises UserError where a table is missing, or says nothing of any image.
    """
    names = [one.relative_to(folder).as_posix() for one in paths]
    pool = ImageIndex(names)
    found: dict[str, dict[str, str]] = {name: {} for name in card.beside}
    for one in card.told:
        sheet = table(one.table, folder)
        lacking = next((name for name in (one.ids, *one.columns) if name not in sheet.columns), None)
        if lacking is not None:
            raise UserError(f"{one.table} has no column {lacking!r}, which the vote looks at.")
        places = match(sheet.columns[one.ids], pool)
        if names and not places.found:
            raise UserError(f"{one.table} says nothing of any image of {folder}, as {names[0]}.")
        tell(found, sheet, one.ids, places, one.columns)
    return pd.DataFrame({name: [of.get(path) for path in names] for name, of in found.items()}, index=names)


def table(name: str, folder: Path) -> Sheet:
    """A text table of the download: below `folder`, or below a folder above it. Raises UserError for none."""
    for place in (folder, *list(folder.resolve().parents)[:ABOVE]):
        if (place / name).is_file():
            return tables.parse((place / name).read_bytes(), name)
    raise UserError(f"{folder} has no table {name}, which a prediction needs: give the competition's folder.")


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
