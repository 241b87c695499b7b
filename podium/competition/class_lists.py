"""Texts that say which integer is which class: a list of all classes in order, or lines such as `0: rose`."""

import json
import re
from collections.abc import Iterable, Iterator

from podium.competition.classes import same
from podium.download import letters
from podium.download.raw import Raw

NUMBERED = (".txt", ".md", ".yaml", ".yml", ".pbtxt", ".html", ".rst")  # tables and JSON maps are read before
LISTED = (".txt", ".names", ".lst", ".labels", ".yaml", ".yml", ".json", ".csv")
MAX_BYTES = 1 << 20  # of such a text
MOST = 50  # texts that are looked at, the outermost first: where boxes lie beside images there are many
LONGEST = 200  # letters of a line that says one class
WORD = r"(?:class|label|category|id|index)?"
LINES = (  # `0: rose`, `| 0 | rose |`, `class 0 = rose`; and the other way round
    re.compile(rf"\W*{WORD}\W*(?P<number>\d{{1,6}})\b\W+(?P<name>\S.*?)\W*", re.IGNORECASE),
    re.compile(r"\W*(?P<name>\S.*?)\W+(?P<number>\d{1,6})\W*"),
)
INLINE = (  # {0: 'rose', 1: 'owl'}, {'rose': 0, 'owl': 1}, id: 1 name: 'rose'
    re.compile(r"(?P<number>\d{1,6})[\"']?\s*[:=]\s*(?P<mark>[\"'])(?P<name>[^\"'\n]+)(?P=mark)"),
    re.compile(r"(?P<mark>[\"'])(?P<name>[^\"'\n]+)(?P=mark)\s*[:=]\s*(?P<number>\d{1,6})"),
    re.compile(r"\bid:\s*(?P<number>\d{1,6})\s+\w*name:\s*(?P<mark>[\"'])(?P<name>[^\"'\n]+)(?P=mark)"),
)
NAMES = re.compile(r"^\s*names\s*:\s*(?:\[(?P<flow>[^\]]*)\]|\n(?P<block>(?:\s*-.*(?:\n|$))+))", re.MULTILINE)


def numbered(raw: Raw, labels: set[str]) -> tuple[dict[int, str], str]:
    """(integer -> class, file) of a text that numbers all the labels from 0 or 1; ({}, "") without one."""
    known = {same(label): label for label in labels}
    if any(label.isdigit() for label in labels):
        return {}, ""
    for file, text in _texts(raw, NUMBERED):
        for hits in _readings(text):
            found = {int(number): known[same(name)] for number, name in hits if same(name) in known}
            if len(found) == len(set(found.values())) == len(labels) and _counts(set(found)):
                return found, file
    return {}, ""


def ordered(raw: Raw, labels: set[str]) -> tuple[list[str], str]:
    """(labels in order, file) of a text that lists each of them once and nothing else; else ([], "")."""
    known = {same(label): label for label in labels}
    for file, text in _texts(raw, LISTED):
        for items in _lists(text):
            names = [known.get(same(item), "") for item in items]
            names = names[1:] if names and not names[0] else names  # a header
            if len(names) == len(labels) and set(names) == labels:
                return names, file
    return [], ""


def _texts(raw: Raw, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    names = [name for name in raw.names() if name.lower().endswith(suffixes) and raw.size(name) <= MAX_BYTES]
    for name in sorted(names, key=lambda name: (name.count("/"), name))[:MOST]:
        yield name, letters.read(raw.glance(name)).text


def _readings(text: str) -> Iterator[list[tuple[str, str]]]:
    """Every reading of the text as (number, name) pairs."""
    lines = [line for line in text.splitlines() if len(line) <= LONGEST]
    for pattern in LINES:
        hits = [hit for line in lines if (hit := pattern.fullmatch(line))]
        yield [(hit["number"], hit["name"]) for hit in hits]
    for pattern in INLINE:
        yield [(hit["number"], hit["name"]) for hit in pattern.finditer(text)]


def _counts(numbers: Iterable[int]) -> bool:
    """Whether they are 0, 1, 2 ... or 1, 2, 3 ...: how many images a class has is no number of it."""
    found = sorted(numbers)
    return found[0] in (0, 1) and found == list(range(found[0], found[0] + len(found)))


def _lists(text: str) -> Iterator[list[str]]:
    """Every reading of the text as a list of names: a name a line, JSON's list, YAML's `names`."""
    yield [clean for line in text.splitlines() if (clean := line.strip(" \t\r-*,;\"'"))]
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = []
    if isinstance(values, list):
        yield [value for value in values if isinstance(value, str)]
    for hit in NAMES.finditer(text):
        items = hit["flow"].split(",") if hit["flow"] is not None else hit["block"].splitlines()
        yield [clean for item in items if (clean := item.strip(" \t\r\n-\"'"))]
