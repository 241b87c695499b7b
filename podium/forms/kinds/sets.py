"""The decided labels in one cell, a mark between them."""

from typing import TYPE_CHECKING

import numpy as np

from podium.forms.classes import is_number
from podium.forms.marks import MARKS, mark_between
from podium.forms.rounding import Cells, Values
from podium.forms.shown import FormFound, Note, Shown, some
from podium.forms.spellings import values_like

if TYPE_CHECKING:
    from podium.contracts.competition import Competition

TRUTH, ORDER, METRIC = "sets", 10, "f1_micro"
EXAMPLE = "id,tags\n1,dog|eel\n2,cat\n"
CLASSES = ["cat", "dog", "eel"]


def shows(shown: Shown) -> bool:
    """One column of words; or of anything, where several labels have room for no other form."""
    wordy = not shown.cells or not all(map(is_number, shown.cells))
    return len(shown.columns) == 1 and (wordy or len(shown.classes.names) > 1)


def read(shown: Shown) -> FormFound:
    """The mark, how labels are written, and whether a cell may be empty."""
    column = shown.columns[0]
    cells = shown.sheet.columns[column]
    mark = mark_between(shown.cells) or next(
        (mark for mark in MARKS if any(mark in cell for cell in cells)), shown.mark
    )
    words = [word.strip() for cell in cells for word in cell.split(mark) if word.strip()]
    values = values_like(words, shown.classes)
    strange = sorted(set(words) - set(values))
    empty = "" in cells or shown.may_be_empty
    why = "a cell may be empty" if empty else "no cell is empty: the likeliest label at least"
    notes = [Note(f"labels in a cell, {mark!r} between them", why)]
    if strange and set(words) & set(values):
        text = f"{shown.sheet.name} shows {some(strange)}, which no training image has"
        notes.append(Note(text, "it is never submitted", warning=True))
    return FormFound("sets", shown.columns, values, separator=mark, may_be_empty=empty, notes=notes)


def cells(competition: "Competition", values: Values, _digits: int) -> Cells:
    """In class order; of none the likeliest, where a cell may not be empty."""
    decided = competition.kind.decide(values) > 0
    if not competition.may_be_empty:
        nothing = np.flatnonzero(~decided.any(1))
        decided[nothing, values[nothing].argmax(1)] = True
    names = np.array(competition.values, dtype=object)
    return [[competition.separator.join(names[row])] for row in decided]


def fault(competition: "Competition", cells: list[str]) -> str:
    """Words that are no labels, or one that stands twice."""
    named = cells[0].split(competition.separator) if cells[0] else []
    known = set(named) <= set(competition.values) and len(set(named)) == len(named)
    return "" if known else "names no labels"
