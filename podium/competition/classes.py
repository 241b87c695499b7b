"""The classes: their order, and the integers that stand for them in labels and submissions."""

import json
import re
from collections.abc import Mapping, Sequence

from podium.competition.suffixes import stem
from podium.download.letters import plain
from podium.download.tables import Sheet
from podium.forms.classes import Classes, integer
from podium.foundation.errors import UserError


def joined(labels: Mapping[str, str], wanted: Mapping[str, Sequence[str]], source: str) -> dict[str, str]:
    """Labels by image, those that `competition.classes` lists under a class brought to it.

    Raises UserError for a label that no image has, or that is listed twice.
    """
    known, home = set(labels.values()), dict[str, str]()
    for name, listed in wanted.items():
        for label in map(plain, listed):
            if label not in known:
                some = ", ".join(sorted(known)[:6])
                raise UserError(
                    f"params.yaml: competition.classes: {name}: no image has the label {label!r} in "
                    f"{source}: the labels are {some}{' …' if len(known) > 6 else ''}."
                )
            if label in home:
                raise UserError(
                    f"params.yaml: competition.classes: {label!r} stands under {home[label]} and {name}: "
                    "list it once."
                )
            home[label] = name
    return {image: home.get(label, label) for image, label in labels.items()}


def order(labels: set[str]) -> list[str]:
    """Sorted; by value where all are integers, by their number first where all start with one."""
    if all(integer(label) is not None for label in labels):
        return sorted(labels, key=lambda label: (integer(label), label))
    if len({_prefix(label) for label in labels}) == len(labels) and None not in {_prefix(x) for x in labels}:
        return sorted(labels, key=lambda label: (_prefix(label), label))
    return sorted(labels)


def resolve(labels: set[str], names: dict[int, str], source: str) -> Classes:
    """The classes of the labels that were found; `names` is a names file's integer -> name, or empty."""
    ordered = order(labels)
    plain = {label: label for label in ordered}
    numbers = [integer(label) for label in ordered]
    if None not in numbers:
        values = [number for number in numbers if number is not None]
        if len(set(values)) != len(values):
            raise UserError(
                f"the labels {', '.join(ordered[:6])} hold one integer in two spellings: write each class "
                "in one way."
            )
        if names and set(values) <= set(names) and len({names[value] for value in values}) == len(values):
            shown = [names[value] for value in values]
            return Classes(shown, values, f"names from {source}", dict(zip(ordered, shown, strict=True)))
        return Classes(ordered, values, "the labels are integers", plain)
    by_name = {same(name): value for value, name in names.items()}
    if names and all(same(label) in by_name or _bare(label) in by_name for label in ordered):
        integers = [by_name.get(same(label), by_name.get(_bare(label), -1)) for label in ordered]
        pairs = sorted(zip(integers, ordered, strict=True))
        return Classes(
            [name for _, name in pairs], [value for value, _ in pairs], f"integers from {source}", plain
        )
    prefixes = [_prefix(label) for label in ordered]
    if None not in prefixes and len(set(prefixes)) == len(prefixes):
        return Classes(
            ordered, [p for p in prefixes if p is not None], "integers from the labels' prefixes", plain
        )
    return Classes(ordered, None, "sorted by name", plain)


def names_file(sheets: list[Sheet], texts: dict[str, str], labels: set[str]) -> tuple[dict[int, str], str]:
    """(integer -> class name, file) from a table or JSON map that covers the labels; ({}, "") without one."""
    for sheet in sheets:
        for names in _pairs(sheet):
            if _covers(names, labels):
                return names, sheet.name
    for file, text in texts.items():
        names = _json_map(text)
        if _covers(names, labels):
            return names, file
    return {}, ""


def _covers(names: dict[int, str], labels: set[str]) -> bool:
    if len(names) < 2:
        return False
    known = {same(name) for name in names.values()}
    numbers = {integer(label) for label in labels}
    return numbers <= set(names) or all(same(label) in known or _bare(label) in known for label in labels)


def _pairs(sheet: Sheet) -> list[dict[int, str]]:
    """Every reading of the table as integer -> name."""
    columns = sheet.columns
    found = []
    for first, cells in columns.items():
        numbers = [integer(cell) for cell in cells]
        if None in numbers or len(set(numbers)) != len(numbers):
            continue
        for second, names in columns.items():
            wordy = all(name and integer(name) is None and stem(name) == name for name in names)
            if second != first and wordy and len(set(names)) == len(names):
                found.append({n: name for n, name in zip(numbers, names, strict=True) if n is not None})
    return found


def _json_map(text: str) -> dict[int, str]:
    """{"0": "rose"} or {"rose": 0} as integer -> name; anything else is empty."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    names: dict[int, str] = {}
    for key, value in values.items():
        left, right = integer(str(key)), integer(str(value))
        if left is not None and isinstance(value, str):
            names[left] = value
        elif right is not None:
            names[right] = str(key)
        else:
            return {}
    return names if len(names) == len(values) else {}


def _prefix(label: str) -> int | None:
    """The integer in front of a name: 0_daisy is 0, 12-tulip is 12; plain integers count too."""
    hit = re.match(r"(\d{1,18})(?:[ ._-]+\D.*)?$", label)
    return int(hit[1]) if hit and label.isascii() else None


def same(name: str) -> str:
    """The name in small letters and digits alone."""
    return re.sub(r"[\W_]+", "", plain(name)).casefold()


def _bare(label: str) -> str:
    return same(re.sub(r"^\d+[ ._-]+", "", label))
