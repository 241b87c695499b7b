"""The sample's own letters: matched in plain ones, written back as the sample has them."""

import json
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import replace

from podium.competition.labels import ShippedLabels
from podium.contracts.competition import Finding
from podium.download.letters import plain
from podium.download.sentences import counted
from podium.download.tables import Sheet
from podium.forms.shown import FormFound

QUOTES, DOUBLE = "\u2018\u2019\u02bc`\u00b4", "\u201c\u201d\u201e"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
SIGNS = str.maketrans(QUOTES + DOUBLE + HYPHENS, "'" * 5 + '"' * 3 + "-" * 6)
COPY = re.compile(r"^copy of | - copy$|[ _]copy$", re.IGNORECASE)  # what systems call a second one
DOT = "\u0307"  # what is left of a Turkish capital i
NOTHING = {"nan", "null", "none", "na", "n/a", "#n/a", "nil", "undefined", "-", "?"}  # in small letters


def as_written(found: FormFound, sheet: Sheet, ids: str) -> FormFound:
    """The form in the letters of the sample as shipped (`sheet`); `ids` is its id column."""
    columns = dict(zip(sheet.plain(but=ids).header, sheet.header, strict=True))
    shown = Counter(cell for name in found.columns for cell in sheet.columns[columns.get(name, name)])
    own: dict[str, str] = {}
    for cell, _ in shown.most_common():
        own.setdefault(plain(cell), cell)
    return replace(
        found,
        columns=[columns.get(name, name) for name in found.columns],
        values=[own.get(value, value) for value in found.values],
    )


def is_nothing(cell: str) -> bool:
    """Whether a cell is empty, or holds what tables of numbers write for an empty one: no word of a class."""
    return not cell or cell.casefold() in ("nan", "null")


def nothings(labels: dict[str, str], shown: set[str]) -> list[Finding]:
    """Warnings about labels (by image) that programs write for an empty cell, and that no sample shows."""
    counts = Counter(label for label in labels.values() if label.casefold() in NOTHING and label not in shown)
    return [
        Finding(
            what="classes",
            found=f"{times:,} of {len(labels):,} labels are {label!r}, as programs write an empty cell",
            why="kept as a class: empty those cells where no label is meant",
            warning=True,
        )
        for label, times in sorted(counts.items())
    ]


def alike(labels: ShippedLabels) -> list[Finding]:
    """Warnings about labels that differ by case, blanks or width: two classes for us, one for a reader."""
    counts, same = Counter(labels.of.values()), dict[str, list[str]]()
    for label in sorted(counts):
        same.setdefault(_folded(label), []).append(label)
    return [
        Finding(
            what="classes",
            found=f"{counted({repr(name): counts[name] for name in names}, 'image')} differ by case, "
            "blanks, signs or width of letters only, or are called a copy",
            why=f"kept as {len(names)} classes: if they are one, {_way_out(names, labels)}",
            warning=True,
        )
        for names in same.values()
        if len(names) > 1
    ]


def _folded(label: str) -> str:
    """The label in one case and width, with one kind of quotes and hyphens, and read in the right letters."""
    with suppress(UnicodeError):  # UTF-8 that somebody read as Windows-1252
        label = label.encode("cp1252").decode("utf-8")
    label = COPY.sub("", label) or label
    folded = unicodedata.normalize("NFKC", "".join(label.split())).casefold()
    return folded.replace(DOT, "").translate(SIGNS)


def _way_out(names: list[str], labels: ShippedLabels) -> str:
    if labels.columns:
        return "write them alike in the table"
    most = max(names, key=Counter(labels.of.values()).__getitem__)  # the first by name of equals
    return f"set competition.classes: {json.dumps({most: names}, ensure_ascii=False)}"
