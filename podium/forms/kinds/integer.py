"""The integer that stands for the likeliest class."""

from typing import TYPE_CHECKING

from podium.forms.classes import Classes, is_number
from podium.forms.classes import integer as as_integer
from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Note, Shown, some
from podium.forms.spellings import integers_like, known_to
from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "labels", 40, ""
EXAMPLE = "id,label\n1,2\n2,0\n"
CLASSES = ["cat", "dog", "eel"]


def shows(shown: Shown) -> bool:
    """Numbers. Raises UserError where nothing says whether they are classes or probabilities."""
    distinct, classes = set(shown.cells), shown.classes
    if not distinct or not all(map(is_number, distinct)):
        return False
    if len(classes.names) == 2 and shown.metric is None:
        _refuse_placeholder(distinct, classes)
    if any(as_integer(cell) is None for cell in distinct) and not distinct & known_to(classes):
        raise UserError(
            f"the sample's values ({', '.join(sorted(distinct)[:3])}) are probabilities in one column, "
            f"but there are {len(classes.names)} classes: name the form in competition.form."
        )
    return True


def _refuse_placeholder(distinct: set[str], classes: Classes) -> None:
    """Raises UserError where nothing but one 0, or one 1, says whether classes or probabilities are meant."""
    if distinct in ({"0"}, {"1"}) and {as_integer(label) for label in classes.of} == {0, 1}:
        raise UserError(
            f"the sample shows {min(distinct)} in every row, which may be a class or a probability, and "
            "nothing names the metric: set competition.metric, or competition.form: integer for 0 and 1, "
            "binary for probabilities, as AUC and log loss take them (under AUC 0 and 1 cost much)."
        )


def read(shown: Shown) -> FormFound:
    """Which integer each class has."""
    column, classes, shows = shown.only_column("integer"), shown.classes, set(shown.cells)
    if classes.integers is None:
        return _counted(shown, column)
    values = integers_like(shows, classes.integers, classes)
    notes = [Note("an integer a class", classes.why)]
    strange = sorted(shows - set(values))
    if strange:
        text = f"{shown.sheet.name} shows {strange[0]!r}, which no training image has"
        notes.append(Note(text, "it is never submitted", warning=True))
    if len(classes.names) == 2:
        why = "assumed: competition.form: binary where the metric takes probabilities, as AUC does"
        notes.append(Note("integers, no probabilities", why, warning=True))
    return FormFound("integer", [column], values, notes=notes)


def _counted(shown: Shown, column: str) -> FormFound:
    """Integers that nothing explains: the classes as sorted, from 0, or from 1 where the sample shows k."""
    cells, classes, name = shown.cells, shown.classes, shown.sheet.name
    k = len(classes.names)
    numbers = {number for cell in cells if (number := as_integer(cell)) is not None}
    start = int(bool(numbers) and min(numbers) >= 1 and max(numbers) == k)
    strange = [cell for cell in cells if as_integer(cell) not in range(start, start + k)]
    if strange:
        raise UserError(
            f"{name} shows the class {strange[0]}, but there are {k} classes "
            f"({some(classes.names)}) and nothing says which integer is which: add a table of integers and "
            "class names to the folder that competition.path names."
        )
    values = integers_like(set(cells), list(range(start, start + k)), classes)
    text = ", ".join(f"{i} = {name}" for i, name in enumerate(classes.names[:4], start))
    why = f"assumed: {name} has integers and nothing says which, so classes count from {start} {classes.how}"
    return FormFound("integer", [column], values, notes=[Note(f"an integer a class: {text}", why, True)])


def cells(competition: "Competition", values: Values, _digits: int) -> Cells:
    """Of equally likely classes the lowest."""
    return [[competition.values[best]] for best in values.argmax(1)]


def fault(competition: "Competition", cells: list[str]) -> str:
    """No class's integer."""
    return "" if cells[0] in competition.values else "is no class"
