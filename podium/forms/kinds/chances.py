"""A probability column a label, each by itself."""

from typing import TYPE_CHECKING

from podium.forms.rounding import Cells, Values, nearest, outside
from podium.forms.shown import FormFound, Shown, label_columns

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "sets", 30, ""
EXAMPLE = "id,dog,cat,eel\n1,0.5,0.5,0.5\n"
CLASSES = ["cat", "dog", "eel"]


def shows(_shown: Shown) -> bool:
    """Whatever is no other form."""
    return True


def read(shown: Shown) -> FormFound:
    """Which label each column is of."""
    return label_columns(shown, "chances", "a probability")


def cells(competition: "Competition", values: Values, digits: int) -> Cells:
    """Rounded by themselves."""
    return nearest(values[:, competition.column_classes], digits)


def fault(_competition: "Competition", cells: list[str]) -> str:
    """No probabilities."""
    return outside(cells)
