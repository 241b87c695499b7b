"""Competitions that ask for something else than one class an image: told by their tables, refused by name."""

import re
from collections.abc import Collection, Sequence

from podium.download.tables import Sheet
from podium.forms.classes import integer, is_number
from podium.foundation.errors import UserError

MASKS = re.compile(r"(^|_)rle($|_)|encoded_?pixels|^segmentation$|run_?length", re.IGNORECASE)
BOXES = re.compile(r"prediction_?string|^bbox(es)?$|bounding_?box|^boxes$", re.IGNORECASE)
CORNERS = re.compile(r"bbox|^[xy]_?(min|max|[12])$", re.IGNORECASE)  # in a table of boxes
BOX_WORDS = 5  # a class or a score, and four corners
PAIR = re.compile(r"\S+ (0?\.\d+|[01]\.\d+)")  # 8815 0.0085
PLACES = re.compile(r"(?:\S*[^\W\d_]\S*(?: -?\d+){2,4}(?: |$))+")  # U+306F 1231 3465 133 53
NUMBERS = re.compile(r"\d+(?: \d+)+")
RUN = 2  # numbers: where a run of pixels starts, and its length
RUNS = 8  # runs of pixels in a column's cells, below which they may be numbers of labels
LONG = 30  # letters a label, on the average, from which on labels are texts
VALUES = 20  # different fractions from which a column of numbers is measured, not named
SHOWN = 5  # examples in a sentence
PAIRS = 50  # cells of which is looked whether they name two images
SHORT = 40  # letters of one
WORDY = 4  # words a label, on the average, from which on labels are sentences
ONE_CLASS = "Podium gives each image labels or numbers and does not take it"


def refuse_masks_and_boxes(sheet: Sheet) -> None:
    """Raises UserError where the sample's columns ask for masks, boxes, or labels with a confidence."""
    for name, cells in sheet.columns.items():
        filled = [cell for cell in cells if cell]
        if MASKS.search(name):
            raise _other(sheet, name, "masks as run lengths", "a segmentation")
        if BOXES.search(name) and all(len(cell.split()) >= BOX_WORDS for cell in filled):
            raise _other(sheet, name, "boxes", "an object detection")
        if filled and all(map(PLACES.fullmatch, filled)):
            raise _other(sheet, name, f"labels and where they stand ({filled[0]!r})", "an object detection")
        if filled and all(PAIR.fullmatch(cell) for cell in filled):
            raise _other(sheet, name, f"a label and its confidence ({filled[0]!r})", "scored by confidence")


def refuse_runs(sheet: Sheet, column: str) -> None:
    """Raises UserError where every cell is runs of pixels: pairs of a start and a length, ascending."""
    filled = [cell for cell in sheet.columns[column] if cell]
    if not filled or not all(map(NUMBERS.fullmatch, filled)):
        return
    cells = [[int(number) for number in cell.split()] for cell in filled]
    several = max(map(len, cells)) > RUN  # single ones may as well be two labels of an image
    if several and sum(map(len, cells)) >= RUN * RUNS and all(map(_are_runs, cells)):
        raise _other(sheet, column, f"masks as run lengths ({filled[0][:SHORT]!r})", "a segmentation")


def _are_runs(numbers: list[int]) -> bool:
    starts, lengths = numbers[::2], numbers[1::2]
    ends = [start + length for start, length in zip(starts, lengths, strict=False)]
    return len(starts) == len(lengths) and all(
        end <= start for end, start in zip(ends, starts[1:], strict=False)
    )


def holds_boxes(sheet: Sheet) -> bool:
    """Whether a table's columns say where something stands in images."""
    return any(BOXES.search(name) or CORNERS.search(name) for name in sheet.header)


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


def refuse_pixels(sheet: Sheet, column: str, missing: Sequence[str], images: Collection[str]) -> None:
    """Raises UserError where unknown ids are places within images: 7_12_1 of 7.png.

    images: names without folder and suffix.
    """
    places = [re.fullmatch(r"(.+?)_\d+_\d+", name) for name in missing]
    within = [hit for hit in places if hit and hit[1] in images]
    if len(within) == len(places) > 0:
        raise _other(sheet, column, f"a value for each pixel ({within[0][0]!r})", "an image-to-image task")


def refuse_pairs(sheet: Sheet, files: Collection[str]) -> None:
    """Raises UserError where two columns of the sample, or of the list it goes by, name image files."""
    named = [name for name, cells in sheet.columns.items() if cells and all(cell in files for cell in cells)]
    if len(named) > 1:
        raise _other(sheet, named[1], f"pairs of images, with {named[0]}", "a comparison")
    for name, cells in sheet.columns.items():
        if cells and all(_is_pair(cell, files) for cell in cells[:PAIRS]):
            raise _other(sheet, name, f"pairs of images ({cells[0]!r})", "a comparison")


def _is_pair(cell: str, files: Collection[str]) -> bool:
    """Whether the cell is two file names with a sign between them."""
    return any(cell[:at] in files and cell[at + 1 :] in files for at in range(1, len(cell) - 1))


def own_labels(source: str, labels: Collection[str]) -> UserError:
    """The refusal of labels of which each image has one of its own: sentences, or the wrong column."""
    some = ", ".join(sorted(labels)[:SHOWN])
    wordy = sum(len(label.split()) for label in labels) >= WORDY * len(labels)
    if wordy or sum(map(len, labels)) >= LONG * len(labels):
        return UserError(
            f"{source}: every image has a text of its own ({some}), so this competition is one of "
            f"captions or texts; {ONE_CLASS}."
        )
    return UserError(
        f"{source}: every image has a label of its own ({some}): name the label's column in "
        "competition.label_column."
    )


def _other(sheet: Sheet, column: str, found: str, task: str) -> UserError:
    return UserError(
        f"{sheet.name}: column {column} asks for {found}, so this competition is {task}; {ONE_CLASS}. Where "
        "another file is the sample submission, name it in competition.sample."
    )
