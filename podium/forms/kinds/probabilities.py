"""A probability column a class; each row sums to 1."""

import math
from typing import TYPE_CHECKING

from podium.forms.classes import is_number
from podium.forms.rounding import Cells, Values, decimals, largest_remainder, outside
from podium.forms.shown import FormFound, Note, Shown
from podium.forms.spellings import columns_to_classes
from podium.foundation.errors import UserError
from podium.tasks.links import normalised

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "labels", 10, "log_loss"
EXAMPLE = "id,dog,cat,eel\n1,0,0,0\n"
CLASSES = ["cat", "dog", "eel"]
SHOWN = 5  # names in a sentence


def shows(shown: Shown) -> bool:
    """Several columns."""
    return len(shown.columns) > 1


def read(shown: Shown) -> FormFound:
    """Which class each column is of."""
    columns, classes, name = shown.columns, shown.classes, shown.sheet.name
    if len(columns) == 1:
        raise UserError(
            f"competition.form: probabilities need a column a class, {name} has {columns[0]} alone."
        )
    _refuse_words(shown)
    at, why = columns_to_classes(shown.sheet, columns, classes)
    notes = [Note(f"{len(columns)} probability columns", why, why.startswith("assumed"))]
    left = [name for i, name in enumerate(classes.names) if i not in set(at)]
    if left:
        text = f"{name} has no column for {', '.join(left[:SHOWN])}" + (" ..." if left[SHOWN:] else "")
        notes.append(Note(text, "they cannot be submitted", warning=True))
    return FormFound("probabilities", columns, column_classes=at, notes=notes)


def _refuse_words(shown: Shown) -> None:
    """Raises UserError for a column of words beside columns of numbers: it is no class's probability."""
    first = {name: next(filter(None, shown.sheet.columns[name]), "") for name in shown.columns}
    worded = [name for name, cell in first.items() if cell and not is_number(cell)]
    if worded and any(map(is_number, first.values())):
        raise UserError(
            f"{shown.sheet.name}: its column {worded[0]} holds words ({first[worded[0]]!r}) beside columns "
            "of numbers: Podium fills a column a class, or one column; leave in the sample only those."
        )


def cells(competition: "Competition", values: Values, digits: int) -> Cells:
    """Normalised over the columns that there are."""
    return decimals(largest_remainder(normalised(values[:, competition.column_classes]), digits), digits)


def fault(competition: "Competition", cells: list[str]) -> str:
    """No probabilities, or, where one row has them all, a sum beside 1."""
    if (wrong := outside(cells)) or competition.endings:
        return wrong
    return "" if abs(math.fsum(map(float, cells)) - 1) < 1e-9 else "does not sum to 1"
