"""Numbers as decimal text, rounded so that sums stay whole."""

import numpy as np
from numpy.typing import NDArray

from podium.forms.classes import is_number

Values = NDArray[np.float64]
Cells = list[list[str]]  # (n rows, columns)


def largest_remainder(probs: Values, digits: int) -> NDArray[np.int64]:
    """probs (n, c), rows summing to 1, as whole units of 10**-digits whose rows sum to exactly 10**digits.

    The units lost by rounding down go to the largest remainders; of equal ones to the lowest column.
    """
    unit = 10**digits
    exact = probs * unit
    units = np.floor(exact).astype(np.int64)
    lost = unit - units.sum(1)
    rank = np.argsort(np.argsort(-(exact - units), axis=1, kind="stable"), axis=1, kind="stable")
    columns = probs.shape[1]
    whole, rest = np.divmod(lost, columns)  # float error can lose more than a unit a column
    return np.asarray(np.clip(units + whole[:, None] + (rank < rest[:, None]), 0, unit), np.int64)


def decimals(units: NDArray[np.int64], digits: int) -> Cells:
    """Whole units of 10**-digits as decimal text: 12 with 3 digits is 0.012."""
    unit = 10**digits
    return [[f"{value // unit}.{value % unit:0{digits}d}" for value in row] for row in units.tolist()]


def nearest(values: Values, digits: int) -> Cells:
    """Each value in [0, 1] by itself as decimal text."""
    return decimals(np.rint(values * 10**digits).astype(np.int64), digits)


def outside(cells: list[str]) -> str:
    """What is wrong where a cell is no probability; else empty."""
    return "" if all(is_number(cell) and 0 <= float(cell) <= 1 for cell in cells) else "is not in [0, 1]"
