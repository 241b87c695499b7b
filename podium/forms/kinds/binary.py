"""One probability, of the positive one of two classes."""

from typing import TYPE_CHECKING

from podium.forms.classes import Classes, integer, is_number
from podium.forms.rounding import Cells, Values, nearest, outside
from podium.forms.shown import FormFound, Note, Shown
from podium.forms.spellings import NEGATIVE, plain_of, words_of
from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "labels", 30, "log_loss"
EXAMPLE = "id,target\n1,0.5\n"
CLASSES = ["no", "yes"]
POSITIVE = ("1", "true", "yes", "positive", "pos")


def shows(shown: Shown) -> bool:
    """Fractions, or any number where the metric takes probabilities, and two classes."""
    cells = shown.cells
    if len(shown.classes.names) != 2 or not cells or not all(map(is_number, cells)):
        return False
    return shown.takes_chances or any("." in cell or integer(cell) is None for cell in cells)


def read(shown: Shown) -> FormFound:
    """Which class is the positive one."""
    column, names = shown.only_column("binary"), shown.classes.names
    if len(names) != 2:
        raise UserError(f"competition.form: binary needs two classes, the labels have {len(names)}.")
    positive, why = _positive(column, shown.classes)
    note = Note(f"one probability, of {names[positive]}", why, why.startswith("assumed"))
    return FormFound("binary", [column], column_classes=[positive], notes=[note])


def _positive(column: str, classes: Classes) -> tuple[int, str]:
    """(class, why)."""
    names = classes.names
    named = [i for i, name in enumerate(names) if words_of(name) and words_of(name) in words_of(column)]
    if len(named) == 1:
        return named[0], f"the column is named {column}"
    if classes.integers == [0, 1]:
        return 1, "its label is 1" if classes.why != "sorted by name" else "assumed"
    if classes.integers and classes.integers[0] > 0:
        return 1, "assumed: the larger of two numbers of which none is 0"
    told = [i for i, name in enumerate(names) if plain_of(name) in POSITIVE]
    nots = [i for i, name in enumerate(names) if NEGATIVE.match(name)]
    if len(told) == 1:
        return told[0], "by its name"
    if len(nots) == 1:
        return 1 - nots[0], f"assumed: the other is {names[nots[0]]}"
    return 1, "assumed: the second in the alphabet"


def cells(competition: "Competition", values: Values, digits: int) -> Cells:
    """The positive class's."""
    return nearest(values[:, competition.column_classes], digits)


def fault(_competition: "Competition", cells: list[str]) -> str:
    """No probability."""
    return outside(cells)
