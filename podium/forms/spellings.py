"""How a sample writes the classes: its columns' names and its cells, against the labels as shipped."""

import difflib
import json
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from podium.forms.classes import Classes, integer
from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from podium.download.tables import Sheet

SHOWN = 4  # names in a sentence
NEGATIVE = re.compile(  # of two classes the one that is not looked for
    r"(normal|healthy|benign|negative|neg|none|background|uninfected|clean|cover|control|false|0)$|(no|not|non|without)($|[\W_])",
    re.IGNORECASE,
)
REPEATED = re.compile(r"(.+) \(\d+\)")  # how a table's second column of a name is called


def columns_to_classes(sheet: "Sheet", columns: list[str], classes: Classes) -> tuple[list[int], str]:
    """(class of each column, why). Raises UserError where the columns name no classes."""
    readings = {"named as the classes": {name: i for i, name in enumerate(classes.names)}}
    readings["named as the labels"] = {
        label: classes.names.index(name) for label, name in classes.of.items() if name in classes.names
    }
    readings["named as the classes, in other letters"] = {
        plain_of(name): i for i, name in enumerate(classes.names)
    }
    if classes.integers is not None:
        readings["numbered as the classes"] = {str(value): i for i, value in enumerate(classes.integers)}
    for names, spelling in _spellings(columns):
        for words, reading in readings.items():
            if len(set(names)) == len(names) and all(name in reading for name in names):
                return [reading[name] for name in names], words + spelling
    counted = [
        cells for cells, _ in _spellings(columns) if sorted(cells) == sorted(map(str, range(len(cells))))
    ]
    if classes.integers is None and counted and len(columns) == len(classes.names):
        return list(map(int, counted[0])), f"assumed: they count from 0, so do the classes {classes.how}"
    twice = [hit[1] for name in columns if (hit := REPEATED.fullmatch(name)) and hit[1] in columns]
    if twice:
        raise UserError(
            f"{sheet.name} has several columns named {twice[0]!r}: each class has one: mend its header."
        )
    known = {plain_of(name) for name in classes.names}
    strange = [name for name in columns if plain_of(name) not in known] or columns
    raise UserError(
        f"{sheet.name}: its columns ({_list(strange)}) name no classes of the labels "
        f"({_list(classes.names)}): name the right file in competition.sample, or in competition.classes "
        f"which label each is, such as {as_class(strange[0], classes)}."
    )


def known_to(classes: Classes) -> set[str]:
    """What a sample may write for one of the classes."""
    known = set(classes.names) | set(classes.of) | {str(value) for value in classes.integers or []}
    return known | {name.replace(" ", "_") for name in classes.names}


def as_class(word: str, classes: Classes) -> str:
    """What to write in competition.classes where the sample's word means a label: the one most like it."""
    labels = list(classes.of) or classes.names
    close = difflib.get_close_matches(word, labels, n=1, cutoff=0) or labels[:1]
    return json.dumps({word: close}, ensure_ascii=False)


def without_images(columns: list[str], labels: set[str]) -> list[str]:
    """Classes that the sample's columns tell, without the prefix that all share, and that no label has."""
    if labels < set(columns):
        return sorted(set(columns) - labels)
    known = {_key(label) for label in labels}
    for cut in ["", *_prefixes(columns)]:
        rest = {_key(name[len(cut) :]): name[len(cut) :] for name in columns}
        if len(rest) == len(columns) and known < set(rest):
            return sorted(rest[key] for key in set(rest) - known)
    return []


def values_like(cells: list[str], classes: Classes) -> list[str]:
    """The spelling of the classes (name, label as shipped, integer) that fits most of the sample's words."""
    shipped = {name: label for label, name in classes.of.items()}
    spellings = [classes.names, [shipped.get(name, name) for name in classes.names]]
    if classes.integers is not None:
        spellings.append([str(value) for value in classes.integers])
        bare = [re.sub(r"^\d+[ ._-]+", "", name) for name in classes.names]
        spellings.append(bare if len(set(bare)) == len(bare) else classes.names)
    spellings += _in_other_letters(classes.names)
    words = set(cells) | {word for cell in cells for word in cell.split()}
    spellings = [names for names in spellings if len(set(names)) == len(names)]
    return max(spellings, key=lambda names: len(words & set(names)))


def integers_like(shown: set[str], integers: list[int], classes: Classes) -> list[str]:
    """The integers as the sample writes them: plain, as the labels were shipped, or with zeros in front."""
    plain = [str(value) for value in integers]
    shipped = {name: label for label, name in classes.of.items()}
    width = min((len(cell) for cell in shown), default=0)
    spellings = [plain, [shipped.get(name, value) for name, value in zip(classes.names, plain, strict=True)]]
    spellings.append([value.zfill(width) for value in plain])
    whole = [names for names in spellings if len(set(names)) == len(names)]
    return max(whole, key=lambda names: len(shown & set(names)))


def _in_other_letters(names: list[str]) -> list[list[str]]:
    """The names with blanks or underscores between words, and in other cases."""
    joined = [
        names,
        [re.sub(r"[_-]", " ", name) for name in names],
        [name.replace(" ", "_") for name in names],
    ]
    cases: list[Callable[[str], str]] = [str, str.lower, str.upper, str.capitalize, str.title]
    return [[case(name) for name in spelled] for spelled in joined for case in cases]


def words_of(text: str) -> str:
    """The words of a name between blanks, in small letters: hasCactus is ` has cactus `."""
    words = re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+", text)
    return f" {' '.join(words).lower()} " if words else ""


def plain_of(name: str) -> str:
    """The name in small letters and digits alone."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _spellings(columns: list[str]) -> list[tuple[list[str], str]]:
    """The columns as shipped, in letters alone, without what all share in front: digit_0, digit_1 -> 0, 1."""
    spellings = [(columns, ""), ([plain_of(name) for name in columns], "")]
    for cut in _prefixes(columns):
        rest = [name[len(cut) :] for name in columns]
        spellings += [(rest, ", with a prefix"), ([_key(name) for name in rest], ", with a prefix")]
    for cut in _prefixes([name[::-1] for name in columns]):
        rest = [name[: -len(cut)] for name in columns]
        spellings += [(rest, ", with a suffix"), ([_key(name) for name in rest], ", with a suffix")]
    return spellings


def _prefixes(columns: list[str]) -> list[str]:
    """What all columns may share in front of the classes: up to a boundary, or up to the first digit."""
    start = os.path.commonprefix(columns)  # noqa: RUF071  (of text, not of paths)
    while start and any(name[len(start) :][:1].isalnum() and start[-1].isalnum() for name in columns):
        start = start[:-1]  # back to a boundary: class_a, class_b share class_, not more
    cuts = {start, re.match(r"[^\d]*", columns[0])[0]}  # type: ignore[index]
    whole = [cut for cut in cuts if cut and all(len(n) > len(cut) and n.startswith(cut) for n in columns)]
    return sorted(whole, key=len)


def _key(text: str) -> str:
    """A class in letters and digits alone, an integer without zeros in front."""
    value = integer(text)
    return plain_of(text) if value is None else str(value)


def _list(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if names[SHOWN:] else "")
