"""The name of the likeliest class."""

import re
from typing import TYPE_CHECKING

from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Note, Shown, some
from podium.forms.spellings import as_class, values_like
from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "labels", 50, ""
EXAMPLE = "id,label\n1,dog\n2,eel\n"
CLASSES = ["cat", "dog", "eel"]
PLACEHOLDER = re.compile(  # what organisers write where a label will stand
    r"(unknown|none|null|nan?|n/a|label|class|category|target|predict(?:ed|ion)?|answer|todo|string|name|dummy|your|xx*|\W*)"
    r"[\W_]*(\w{0,2}|here|name|label|class)",
    re.IGNORECASE,
)


def shows(_shown: Shown) -> bool:
    """Whatever is no other form."""
    return True


def read(shown: Shown) -> FormFound:
    """How the classes are written. Raises UserError where cells are no classes, and no placeholders."""
    column, cells, classes = shown.only_column("label"), shown.cells, shown.classes
    values = values_like(cells, classes)
    found = FormFound("label", [column], values)
    strange = sorted(set(cells) - set(values))
    if cells and not strange and values not in (classes.names, list(classes.of)):
        text = f"classes are written as {', '.join(values[:4])}"
        found.notes.append(Note(text, "assumed: as the sample spells some", warning=True))
    _refuse_several(shown, values, strange)
    found.notes.append(_of_strange(shown, strange))
    return found


def _refuse_several(shown: Shown, values: list[str], strange: list[str]) -> None:
    words = {word for name in (*values, *shown.classes.of) for word in name.split()}
    for cell in strange:
        known = sum(word in words for word in cell.split())
        if known > 1 and known * 2 > len(cell.split()):
            raise UserError(
                f"{shown.sheet.name} shows {cell!r}, which is no class but the words of several: "
                "Podium takes one label an image, or several in order of likelihood where no class's name "
                "has a blank."
            )


def _of_strange(shown: Shown, strange: list[str]) -> Note:
    """What is told of cells that are no class; of none, where the names are from."""
    name = shown.sheet.name
    if not strange:
        return Note("the class's name", f"as in {name}")
    if len(strange) < len(set(shown.cells)):
        raise UserError(f"{name} shows the label {strange[0]!r}, which no training image has.")
    noun, one = ("label", "it") if len(strange) == 1 else ("labels", "any of them")
    if not any(map(PLACEHOLDER.fullmatch, strange)):
        raise UserError(
            f"{name} shows the {noun} {some(strange)}, and no training image has {one} "
            f"({some(shown.classes.names)} are the classes): name the labels' table or column in "
            "competition.labels or competition.label_column, the right file in competition.sample, or "
            f"in competition.classes which label it is, such as {as_class(strange[0], shown.classes)}."
        )
    why = f"assumed: {name} shows {strange[0]!r}, which is no class"
    return Note("the class's name", why, warning=True)


def cells(competition: "Competition", values: Values, _digits: int) -> Cells:
    """Of equally likely ones the lowest."""
    return [[competition.values[best]] for best in values.argmax(1)]


def fault(competition: "Competition", cells: list[str]) -> str:
    """No class."""
    return "" if cells[0] in competition.values else "is no class"
