"""Labels in a small file beside each image: 0001.txt or 0001.json for 0001.png, read as one table."""

import json
import re
from collections.abc import Collection

from podium.competition.suffixes import stem
from podium.download import letters
from podium.download.raw import Raw
from podium.download.tables import Sheet
from podium.forms.marks import BARS

TEXTS = (".txt", ".lbl", ".label", ".cls", ".lab")
RECORDS = (".json",)
ENOUGH = 0.95  # of the images that must have such a file
LARGEST = 4096  # bytes of one: a label, not what was written of the picture
PLACES = re.compile(r"\S+(?:[ ,;\t]+-?\d*\.?\d+){4,}")  # a class and where it stands: a box, an outline
FILES, IMAGE, LABEL = "label files", "image", "label"


def as_table(raw: Raw, images: Collection[str]) -> Sheet | None:
    """The files as a table, a row for each image; None where most images have none, or they hold places.

    A file bears the image's name, in its folder or elsewhere. A text is a label, or one a line; a record in
    JSON gives a column for each of its plain values.
    """
    for suffixes in (TEXTS, RECORDS):
        files = _beside(raw, images, suffixes)
        if not files or len(files) < ENOUGH * len(images):
            continue
        told = {path: letters.read(raw.glance(name, LARGEST + 1)).text for path, name in files.items()}
        if any(len(text) > LARGEST for text in told.values()):
            continue
        columns = _of_texts(told) if suffixes is TEXTS else _of_records(told)
        if columns:
            first = files[min(files)]
            name = f"{first} and {len(files) - 1:,} more {FILES}"
            return Sheet(name, {IMAGE: sorted(told), **columns}, list(range(1, len(told) + 1)), "", "file")
    return None


def _beside(raw: Raw, images: Collection[str], suffixes: tuple[str, ...]) -> dict[str, str]:
    """image -> its file: in its own folder, else the only one of its name."""
    files: dict[str, list[str]] = {}
    for name in raw.names():
        if name.lower().endswith(suffixes):
            files.setdefault(name.rpartition("/")[2].rpartition(".")[0], []).append(name)
    found = {}
    for path in images:
        folder, _, name = path.rpartition("/")
        those = files.get(stem(name), []) + files.get(name, [])
        own = [file for file in those if file.rpartition("/")[0] == folder] or those
        if len(own) == 1:
            found[path] = own[0]
    return found


def _of_texts(told: dict[str, str]) -> dict[str, list[str]]:
    """The column of labels; none where any file says where something stands."""
    lines = {
        path: [line.strip() for line in text.splitlines() if line.strip()] for path, text in told.items()
    }
    if any(PLACES.fullmatch(line) for some in lines.values() for line in some):
        return {}
    mark = next((bar for bar in BARS if not any(bar in text for text in told.values())), None)
    if mark is None or not any(lines.values()):
        return {}
    return {LABEL: [mark.join(lines[path]) for path in sorted(lines)]}


def _of_records(told: dict[str, str]) -> dict[str, list[str]]:
    """A column for each plain value of the records; none where a record is none, or holds lists of places."""
    records = {}
    for path, text in told.items():
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        if not isinstance(record, dict) or any(isinstance(value, list | dict) for value in record.values()):
            return {}
        records[path] = record
    names = list(dict.fromkeys(key for record in records.values() for key in record if key != IMAGE))
    return {name: [str(records[path].get(name, "")) for path in sorted(records)] for name in names}
