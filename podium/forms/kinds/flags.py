"""A column of 0 and 1 a label: whether it is decided for."""

from typing import TYPE_CHECKING

from podium.forms.classes import integer
from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Shown, label_columns

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "sets", 20, "f1_micro"
EXAMPLE = "id,dog,cat,eel\n1,0,1,0\n"
CLASSES = ["cat", "dog", "eel"]


def shows(shown: Shown) -> bool:
    """0 and 1 alone, under a metric that takes decisions."""
    cells = [cell for name in shown.columns for cell in shown.sheet.columns[name] if cell]
    return shown.wants == "labels" and all(integer(cell) in (0, 1) and "." not in cell for cell in cells)


def read(shown: Shown) -> FormFound:
    """Which label each column is of."""
    return label_columns(shown, "flags", "0 or 1")


def cells(competition: "Competition", values: Values, _digits: int) -> Cells:
    """1 where the label is decided for."""
    decided = competition.kind.decide(values)[:, competition.column_classes]
    return [[str(int(cell)) for cell in row] for row in decided]


def fault(_competition: "Competition", cells: list[str]) -> str:
    """Neither 0 nor 1."""
    return "" if set(cells) <= {"0", "1"} else "is neither 0 nor 1"
