"""A column a number."""

import math
from typing import TYPE_CHECKING

from podium.forms.classes import is_number
from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Note, Shown, some
from podium.forms.spellings import columns_to_classes

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "numbers", 10, ""
EXAMPLE = "id,width,height\n1,0,0\n"
CLASSES = ["height", "width"]


def shows(_shown: Shown) -> bool:
    """The one form of numbers."""
    return True


def read(shown: Shown) -> FormFound:
    """Which number each column is."""
    columns, classes = shown.columns, shown.classes
    if len(columns) == len(classes.names) == 1:
        at, why = [0], "one column"
    else:
        at, why = columns_to_classes(shown.sheet, columns, classes)
    return FormFound("numbers", columns, column_classes=at, notes=[Note(f"a number in {some(columns)}", why)])


def cells(competition: "Competition", values: Values, digits: int) -> Cells:
    """With that many digits behind the point."""
    return [[f"{value:.{digits}f}" for value in row] for row in values[:, competition.column_classes]]


def fault(_competition: "Competition", cells: list[str]) -> str:
    """No number."""
    return "" if all(is_number(cell) and math.isfinite(float(cell)) for cell in cells) else "is no number"
