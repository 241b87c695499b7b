"""Numbers that are shares of one: a column each, none below 0, each row sums to 1."""

import math
from typing import TYPE_CHECKING

import numpy as np

from podium.forms.classes import is_number
from podium.forms.rounding import Cells, Values, decimals, largest_remainder, outside
from podium.forms.shown import FormFound, Shown, label_columns
from podium.tasks.links import normalised

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "numbers", 5, ""
EXAMPLE = "id,cat,dog,eel\n1,0.3333,0.3333,0.3333\n"
CLASSES = ["cat", "dog", "eel"]
ROUNDED = 0.01  # by which a sample's row may miss 1
LEAST = 1e-3  # of a share: under a logarithm 0 costs without end


def shows(shown: Shown) -> bool:
    """Several columns whose rows sum to 1."""
    rows = list(zip(*(shown.sheet.columns[name] for name in shown.columns), strict=True))
    if len(shown.columns) < 2 or not rows or not all(is_number(cell) for row in rows for cell in row):
        return False
    return all(abs(math.fsum(map(float, row)) - 1) <= ROUNDED for row in rows)


def read(shown: Shown) -> FormFound:
    """Which number each column is of."""
    return label_columns(shown, "shares", "a share of 1")


def cells(competition: "Competition", values: Values, digits: int) -> Cells:
    """Normalised over the columns, each at least LEAST before."""
    shares = normalised(np.maximum(values[:, competition.column_classes], LEAST))
    return decimals(largest_remainder(shares, digits), digits)


def fault(_competition: "Competition", cells: list[str]) -> str:
    """No shares, or a sum beside 1."""
    return outside(cells) or ("" if abs(math.fsum(map(float, cells)) - 1) < 1e-9 else "does not sum to 1")
