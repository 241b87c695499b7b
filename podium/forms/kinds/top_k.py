"""The k likeliest classes in one cell, in order, blanks between them."""

from typing import TYPE_CHECKING

import numpy as np

from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Note, Shown, some
from podium.forms.spellings import known_to, values_like

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "labels", 20, "map_at_{top_k}"
EXAMPLE = "id,label\n1,dog eel\n2,cat dog\n"
CLASSES = ["cat", "dog", "eel"]
BLOCK = 1 << 22  # cells sorted at a time


def shows(shown: Shown) -> bool:
    """Each cell a class or words of which some are, one of several words at least."""
    distinct, known = set(shown.cells), known_to(shown.classes)
    return any(len(cell.split()) > 1 and cell not in known for cell in distinct) and all(
        cell in known or any(word in known for word in cell.split()) for cell in distinct
    )


def read(shown: Shown) -> FormFound:
    """How many, and how the classes are written."""
    column, cells, name = shown.only_column("top_k"), shown.cells, shown.sheet.name
    k = max((len(cell.split()) for cell in cells), default=1)
    values = values_like(cells, shown.classes)
    notes = [Note(f"top {k} labels, space-separated", f"as in {name}")]
    strange = sorted({word for cell in cells for word in cell.split()} - set(values))
    if strange:
        text = f"{name} shows {some(strange)}, which no training image has"
        notes.append(Note(text, "it is never submitted", warning=True))
    return FormFound("top_k", [column], values, top_k=k, notes=notes)


def cells(competition: "Competition", values: Values, _digits: int) -> Cells:
    """The likeliest first."""
    size, written = max(1, BLOCK // max(values.shape[1], 1)), []
    for start in range(0, len(values), size):
        order = np.argsort(-values[start : start + size], axis=1, kind="stable")[:, : competition.top_k]
        written += [[" ".join(competition.values[i] for i in row)] for row in order]
    return written


def fault(competition: "Competition", cells: list[str]) -> str:
    """A word that is no class."""
    return "" if set(cells[0].split(" ")) <= set(competition.values) else "names no classes"
