"""Competitions that ask for something else than one class an image: told by their tables, refused by name."""

import re

from podium.competition.classes import integer
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

MASKS = re.compile(r"(^|_)rle($|_)|encoded_?pixels|^segmentation$|run_?length", re.IGNORECASE)
BOXES = re.compile(r"prediction_?string|^bbox(es)?$|bounding_?box|^boxes$", re.IGNORECASE)
BOX_WORDS = 5  # a class or a score, and four corners
PAIR = re.compile(r"\S+ (0?\.\d+|[01]\.\d+)")  # 8815 0.0085
VALUES = 20  # different fractions from which a column of numbers is measured, not named
ONE_CLASS = "Podium gives each image labels or numbers and does not take it"


def refuse_masks_and_boxes(sheet: Sheet) -> None:
    """Raises UserError where the sample's columns ask for masks, boxes, or labels with a confidence."""
    for name, cells in sheet.columns.items():
        filled = [cell for cell in cells if cell]
        if MASKS.search(name):
            raise _other(sheet, name, "masks as run lengths", "a segmentation")
        if BOXES.search(name) and all(len(cell.split()) >= BOX_WORDS for cell in filled):
            raise _other(sheet, name, "boxes", "an object detection")
        if filled and all(PAIR.fullmatch(cell) for cell in filled):
            raise _other(sheet, name, f"a label and its confidence ({filled[0]!r})", "scored by confidence")


def is_measured(cells: list[str], wanted: dict[str, list[str]]) -> bool:
    """Whether labels are measured numbers, and not names of classes.

    wanted: the sample's columns after its id; fractions there that are no labels tell of numbers, too.
    """
    values = {cell for cell in cells if cell}
    if not all(map(is_number, values)):
        return False
    fractions = [cell for cell in cells if cell and integer(cell) is None]
    shown = {cell for shown in wanted.values() for cell in shown} if len(wanted) == 1 else set()
    strange = [cell for cell in shown - values if is_number(cell)]
    asked = [cell for cell in strange if integer(cell) is None]
    many = len(values) > VALUES or len(values) * 3 > len(cells)
    return bool((fractions and (many or strange)) or (asked and len(values) > VALUES))


def is_number(cell: str) -> bool:
    """Whether the cell is a number of any form."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _other(sheet: Sheet, column: str, found: str, task: str) -> UserError:
    return UserError(
        f"{sheet.name}: column {column} asks for {found}, so this competition is {task}; {ONE_CLASS}. Where "
        "another file is the sample submission, name it in competition.sample."
    )
