"""A submission's cells from predictions: one function a form. Ties go to the lowest class."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from podium.tasks.links import normalised

if TYPE_CHECKING:
    from podium.contracts.competition import Competition  # a bundle's card stands in for it

Probs = NDArray[np.float64]
BLOCK = 1 << 22  # cells sorted at a time
Cells = list[list[str]]  # (n rows, columns)


def cells(competition: "Competition", probs: Probs, digits: int) -> Cells:
    """What is written for probs (n, k), rows summing to 1: (n, columns) of text."""
    return FORMS[competition.form](competition, probs, digits)


def largest_remainder(probs: Probs, digits: int) -> NDArray[np.int64]:
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


def _labels(competition: "Competition", probs: Probs, _digits: int) -> Cells:
    return [[competition.values[best]] for best in probs.argmax(1)]


def _top_k(competition: "Competition", probs: Probs, _digits: int) -> Cells:
    size, told = max(1, BLOCK // max(probs.shape[1], 1)), []
    for start in range(0, len(probs), size):
        order = np.argsort(-probs[start : start + size], axis=1, kind="stable")[:, : competition.top_k]
        told += [[" ".join(competition.values[i] for i in row)] for row in order]
    return told


def _probabilities(competition: "Competition", probs: Probs, digits: int) -> Cells:
    return decimals(largest_remainder(normalised(probs[:, competition.column_classes]), digits), digits)


def _binary(competition: "Competition", probs: Probs, digits: int) -> Cells:
    positive = probs[:, competition.column_classes]
    return decimals(np.rint(positive * 10**digits).astype(np.int64), digits)


def _sets(competition: "Competition", values: Probs, _digits: int) -> Cells:
    """The decided labels in class order; of none the likeliest, where a cell may not be empty."""
    decided = competition.kind.decide(values) > 0
    if not competition.may_be_empty:
        nothing = np.flatnonzero(~decided.any(1))
        decided[nothing, values[nothing].argmax(1)] = True
    names = np.array(competition.values, dtype=object)
    return [[competition.separator.join(names[row])] for row in decided]


def _flags(competition: "Competition", values: Probs, _digits: int) -> Cells:
    decided = competition.kind.decide(values)[:, competition.column_classes]
    return [[str(int(cell)) for cell in row] for row in decided]


def _chances(competition: "Competition", values: Probs, digits: int) -> Cells:
    chosen = values[:, competition.column_classes]
    return decimals(np.rint(chosen * 10**digits).astype(np.int64), digits)


def _numbers(competition: "Competition", values: Probs, digits: int) -> Cells:
    return [[f"{value:.{digits}f}" for value in row] for row in values[:, competition.column_classes]]


FORMS: dict[str, Callable[["Competition", Probs, int], Cells]] = {
    "label": _labels,
    "integer": _labels,
    "top_k": _top_k,
    "probabilities": _probabilities,
    "binary": _binary,
    "sets": _sets,
    "flags": _flags,
    "chances": _chances,
    "numbers": _numbers,
}
