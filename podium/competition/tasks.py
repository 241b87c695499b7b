"""Competitions that ask for something else than one class an image: told by their tables, refused by name."""

import re

from podium.competition.classes import integer
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

MASKS = re.compile(r"(^|_)rle($|_)|encoded_?pixels|^segmentation$|run_?length", re.IGNORECASE)
BOXES = re.compile(r"prediction_?string|^bbox(es)?$|bounding_?box|^boxes$", re.IGNORECASE)
BOX_WORDS = 5  # a class or a score, and four corners
PAIR = re.compile(r"\S+ (0?\.\d+|[01]\.\d+)")  # 8815 0.0085
INTEGERS = re.compile(r"\d+(?: \d+)+")
MANY = 8  # different cells from which few words in many mixtures look like several labels
VALUES = 20  # different fractions from which a column of numbers is measured, not named
SHOWN = 5  # names in a sentence
ONE_CLASS = "Podium gives each image one class and does not take it"


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


def refuse_several(sheet: Sheet, column: str, cells: list[str], error: type[UserError]) -> None:
    """Raises `error` where cells hold several labels: a multi-label competition."""
    values = set(cells)
    for mark in ("|", ";", ",", " "):
        several = {value for value in values if mark in value}
        words = [word.strip() for value in several for word in value.split(mark)]
        alone = sum(word in values for word in words)
        mixed = len(values) >= MANY and len({*words, *(values - several)}) * 2 < len(values)
        numbered = any(INTEGERS.fullmatch(value) for value in several)
        if several and (mixed or numbered or alone * 2 > len(words)):
            row = next(i for i, cell in enumerate(cells) if cell in several)
            raise error(
                f"{sheet.where(row)}: {column} holds several labels ({cells[row]!r}): "
                "this is a multi-label competition, which Podium does not take."
            )


def refuse_measured(
    sheet: Sheet, column: str, cells: list[str], wanted: dict[str, list[str]], error: type[UserError]
) -> None:
    """Raises `error` where labels are measured numbers: a regression.

    wanted: the sample's columns after its id; fractions there that are no labels tell a regression, too.
    """
    values = {cell for cell in cells if cell}
    if not all(map(is_number, values)):
        return
    fractions = [cell for cell in cells if cell and integer(cell) is None]
    shown = {cell for shown in wanted.values() for cell in shown} if len(wanted) == 1 else set()
    asked = [cell for cell in sorted(shown - values) if is_number(cell) and integer(cell) is None]
    many = len(values) > VALUES or len(values) * 3 > len(cells)
    if (fractions and many) or (asked and len(values) > VALUES):
        found = (
            f"{fractions[0]!r}" if fractions else f"{len(values)} numbers, and the sample shows {asked[0]}"
        )
        row = cells.index(fractions[0]) if fractions else 0
        raise error(
            f"{sheet.where(row)}: {column} is a measured number ({found}): this is a regression; "
            f"{ONE_CLASS}. Where another column is the label, name it in competition.label_column."
        )


def refuse_numbers_a_class(sheet: Sheet, columns: list[str]) -> None:
    """Raises UserError where the sample's columns hold other numbers than 0 and 1 in the labels' table."""
    for name in columns:
        for row, cell in enumerate(sheet.columns[name]):
            if is_number(cell) and integer(cell) not in (0, 1):
                raise UserError(
                    f"{sheet.where(row)}: {name} is {cell!r}, neither 0 nor 1: the sample asks for "
                    f"{len(columns)} numbers an image ({', '.join(columns[:SHOWN])}"
                    f"{' ...' if columns[SHOWN:] else ''}), which are no classes; {ONE_CLASS}."
                )


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
