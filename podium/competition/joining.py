"""Labels that stand a table away from images, and rows whose names are cells put together."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

from podium.competition.id_columns import counts_rows, id_column
from podium.competition.matching import ImageIndex, match
from podium.competition.sample import is_sample
from podium.download.tables import Sheet

JOINTS = ("_", "-", "", " ", "/", ".")  # between cells that make an id together
PARTS = 3  # cells at most
ENOUGH = 0.5  # of a table's keys that the other must have, and of its cells that must be images


def composed(sheets: Sequence[Sheet], column: str) -> list[Sheet]:
    """The tables, with the column of rows where its cells are others' put together: 10_L of patient and side.

    column: whose cells name rows, empty where an image is one; a table with it tells how they are made.
    """
    for told in sheets if column else []:
        key = _named(told, column)
        if key is None or is_sample(told.name):
            continue
        for other in [sheet for sheet in sheets if _named(sheet, column) is None]:
            shared = [name for name in told.header if name != key and name in other.columns]
            how = _made_of(told, key, shared)
            if how:
                parts, joint = how
                cells = [
                    joint.join(row) for row in zip(*(other.columns[name] for name in parts), strict=True)
                ]
                made = replace(other, columns={**other.columns, key: cells})
                sheets = [made if sheet is other else sheet for sheet in sheets]
    return list(sheets)


def _named(sheet: Sheet, column: str) -> str | None:
    return next((name for name in sheet.header if name.casefold() == column.casefold()), None)


def _made_of(sheet: Sheet, key: str, names: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """(columns, what stands between them) that make every cell of `key`, or None."""
    if not sheet.lines:
        return None
    usable = [
        name
        for name in names
        if all(part in cell for part, cell in zip(sheet.columns[name], sheet.columns[key], strict=True))
    ]
    for count in range(2, PARTS + 1):
        for parts in permutations(usable, count):
            rows = list(zip(*(sheet.columns[name] for name in parts), strict=True))
            for joint in JOINTS:
                if all(joint.join(row) == cell for row, cell in zip(rows, sheet.columns[key], strict=True)):
                    return parts, joint
    return None


def joined(sheets: Sequence[Sheet], pool: ImageIndex) -> list[Sheet]:
    """Tables without images' names, each with the images that another table has of the same key.

    A row for each image; the key is a column of one name in both, once in the first.
    """
    naming = {sheet.name: _naming(sheet, pool) for sheet in sheets if not is_sample(sheet.name)}
    made = []
    for labels in sheets:
        if naming.get(labels.name, "") is not None:
            continue
        for images in sheets:
            ids = naming.get(images.name)
            key = next((name for name in labels.header if name in images.columns and name != ids), None)
            if ids is not None and key is not None and _is_key(labels, key, images):
                made.append(_together(labels, key, images, ids))
    return made


def _naming(sheet: Sheet, pool: ImageIndex) -> str | None:
    """The column that names images, most of its cells: a few numbers of labels name some by chance."""
    column = id_column(sheet, pool)
    return column if column and match(sheet.columns[column], pool).share >= ENOUGH else None


def _is_key(labels: Sheet, key: str, images: Sheet) -> bool:
    """Whether the labels' table has each key once, and the other most of them."""
    cells = labels.columns[key]
    known = set(images.columns[key])
    once = bool(cells) and len(set(cells)) == len(cells) and not counts_rows(labels, key)
    return once and sum(cell in known for cell in cells) >= ENOUGH * len(cells)


def _together(labels: Sheet, key: str, images: Sheet, ids: str) -> Sheet:
    place = {cell: row for row, cell in enumerate(labels.columns[key])}
    rows = [
        (name, place[cell])
        for name, cell in zip(images.columns[ids], images.columns[key], strict=True)
        if cell in place
    ]
    more = [name for name in labels.header if name != ids]
    columns = {ids: [name for name, _ in rows]}
    columns |= {name: [labels.columns[name][row] for _, row in rows] for name in more}
    return replace(labels, columns=columns, lines=[labels.lines[row] for _, row in rows])
