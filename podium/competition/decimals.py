"""Numbers with decimal commas, as half of Europe writes them, read as numbers."""

import re
from dataclasses import replace

from podium.download.tables import Sheet
from podium.forms.classes import is_number

COMMA = re.compile(r"[-+]?\d+,\d+")
SURE = re.compile(r"[-+]?(\d+,0\d+|[01],\d{3,})")  # `3,5` alone may be the labels 3 and 5
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
CHANCE = re.compile(r"0,(0+|5|50|25|3+)")  # what a sample has in every row


def with_points(sheet: Sheet, sample: bool) -> tuple[Sheet, str]:
    """(the table with points in its columns of such numbers, a sentence that says so, else "").

    sample: whether the table is a sample submission, whose cells all say the same.
    """
    found = {name: cells for name, cells in sheet.columns.items() if _are_decimals(cells, sample)}
    if not found:
        return sheet, ""
    columns = dict(sheet.columns)
    columns |= {name: [cell.replace(",", ".") for cell in cells] for name, cells in found.items()}
    name, cells = next(iter(found.items()))
    cell = next(cell for cell in cells if "," in cell)
    told = f"{sheet.name}: {name} has decimal commas ({cell}): read as numbers, and written with points"
    return replace(sheet, columns=columns), told


def _are_decimals(cells: list[str], sample: bool) -> bool:
    filled = {cell for cell in cells if cell}
    commas = {cell for cell in filled if COMMA.fullmatch(cell)}
    if (
        all(map(THOUSANDS.fullmatch, commas))
        or len(commas) * 2 < len(filled)
        or not all(map(is_number, filled - commas))
    ):
        return False
    return any(map(SURE.fullmatch, commas)) or (sample and all(map(CHANCE.fullmatch, filled)))
