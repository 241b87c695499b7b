"""Ids that name no file: another table says which image each of them means."""

from podium.competition.id_columns import id_column
from podium.competition.id_forms import EXACT
from podium.competition.matching import ImageIndex, Match, match
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

THROUGH = " -> "  # marks the form of a match that went through a table


def through_table(
    ids: list[str], name: str, sheets: list[Sheet], pool: ImageIndex, sure: bool
) -> Match | None:
    """What the ids of the column `name` mean by the first table that has all of them beside image names.

    sure: whether ids are known to name no files; where they seem to, the table's column must have the same
    name, and the other one whole file names. An id with several images needs a column of the same name, too.
    """
    wanted = set(ids)
    for sheet in sheets:
        for column, cells in sheet.columns.items():
            if not (sure or column.casefold() == name.casefold()) or not wanted.issubset(cells):
                continue
            found = _images_beside(sheet, column, wanted, pool)
            same = column.casefold() == name.casefold()
            if found and (sure or found.forms[1:] == [EXACT]) and (same or not found.several):
                return found
    return None


def refuse_shared(ids: list[str], sheets: list[Sheet], pool: ImageIndex) -> None:
    """Raises UserError where a table has all the ids beside images that belong to several of them."""
    wanted = set(ids)
    for sheet in sheets:
        for column, cells in sheet.columns.items():
            images = id_column(sheet, pool) if wanted.issubset(cells) else None
            if images is None or images == column:
                continue
            home: dict[str, str] = {}
            for name, image in zip(cells, sheet.columns[images], strict=True):
                if name in wanted and home.setdefault(image, name) != name:
                    raise UserError(
                        f"{sheet.name}: the image {image!r} belongs to {home[image]!r} and {name!r}, two "
                        "rows of the submission, and Podium takes an image for one: leave it to one of them."
                    )


def _images_beside(sheet: Sheet, column: str, wanted: set[str], pool: ImageIndex) -> Match | None:
    rows = [i for i, cell in enumerate(sheet.columns[column]) if cell in wanted]
    others = {other: [cells[i] for i in rows] for other, cells in sheet.columns.items() if other != column}
    part = Sheet(sheet.name, others, [sheet.lines[i] for i in rows], "")
    images = id_column(part, pool)
    if images is None:
        return None
    found = match(others[images], pool)
    if found.missing or found.ambiguous or len(set(others[images])) < len(rows):
        return None
    keys = [sheet.columns[column][i] for i in rows]
    paths: dict[str, list[str]] = {}
    for key, cell in zip(keys, others[images], strict=True):
        paths.setdefault(key, []).append(found.found[cell])
    return Match(
        found={key: min(several) for key, several in paths.items()},
        forms=[f"{sheet.name}, {column}{THROUGH}{images}", *found.forms],
        several={key: sorted(several) for key, several in paths.items() if several[1:]},
    )
