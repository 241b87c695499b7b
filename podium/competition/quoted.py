"""Cells that Python wrote: lists of words as `['a', 'b']`, bytes as `b'a'`, read as what they mean."""

import ast
import re
from dataclasses import replace

from podium.download.tables import Sheet

LIST = re.compile(r"[\[({]\s*(?:(?P<mark>[\"']).*(?P=mark)\s*,?)?\s*[\])}]", re.DOTALL)
BYTES = re.compile(r"b'[^']*'|b\"[^\"]*\"")
MARK = "|"  # between the words of a list


def unquoted(sheet: Sheet) -> tuple[Sheet, str]:
    """(the table with such columns as plain words, a sentence that says so, else "")."""
    found = {name: cells for name, column in sheet.columns.items() if (cells := _plain(column)) != column}
    if not found:
        return sheet, ""
    name, cells = next(iter(found.items()))
    i = next(i for i, cell in enumerate(cells) if cell != sheet.columns[name][i])
    told = f"{sheet.name}: {name} is written as Python does ({sheet.columns[name][i]}): read as {cells[i]}"
    return replace(sheet, columns=sheet.columns | found), told


def _plain(column: list[str]) -> list[str]:
    """The cells as plain words where all of them are such lists, or all such bytes; else as they are."""
    filled = [cell for cell in column if cell]
    if not filled or filled[0][0] not in "[({b":
        return column
    if all(map(BYTES.fullmatch, filled)):
        return [cell[2:-1] if cell else "" for cell in column]
    words = [_words(cell) if cell else [] for cell in column]
    if any(one is None for one in words) or not any(words):
        return column
    return [MARK.join(one or []) for one in words]


def _words(cell: str) -> list[str] | None:
    """The list that a cell holds; None where it holds none of words alone."""
    if not LIST.fullmatch(cell):
        return None
    try:
        value = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    value = list(value) if isinstance(value, list | tuple | set) else [] if value == {} else None
    if value is None or not all(isinstance(word, str) and MARK not in word for word in value):
        return None
    return sorted(value) if cell.startswith("{") else value
