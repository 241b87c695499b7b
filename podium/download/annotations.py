"""Tables written as JSON: COCO's annotations, records, lines of records, image -> label, pandas' forms."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from podium.download import letters, nested
from podium.download.tables import Sheet
from podium.foundation.errors import UserError
from podium.foundation.instead import sentence

SUFFIXES = (".json", ".jsonl")
MAX_FILES = 50  # more of them are one an image, as drawing tools write, and no tables
IMAGE_KEYS = ("id", "image_id", "imageId")  # what an image is called among the images
FILE_KEYS = ("file_name", "filename", "fileName", "file", "path", "image_path")
OF_IMAGE = ("image_id", "imageId", "image")  # and in an annotation
OF_CATEGORY = ("category_id", "categoryId", "label_id", "labelId", "class_id", "category", "label", "class")
CATEGORY_KEYS = ("id", "category_id", "categoryId", "label_id", "class_id")
NAME_KEYS = ("name", "category_name", "label_name", "label", "class_name")
KEPT = {"seq_id": "sequence", "location": "location"}  # what else is said of an image -> its column
OF_LABELS = re.compile(r"label|tag|class|categor|attribute", re.IGNORECASE)  # keys of lists of numbers
ENTRY = "entry"  # what a row is called in sentences
Record = dict[str, Any]


@dataclass
class Coco:
    """Annotations in COCO's form, item by item in any order of their lists."""

    images: dict[str, Record] = field(default_factory=dict)  # an image's id -> its cells
    pairs: dict[tuple[str, str], None] = field(
        default_factory=dict
    )  # (an image's id, a category's), each once
    names: dict[str, str] = field(default_factory=dict)  # a category's id -> its name

    def add(self, part: str, item: Record) -> None:
        """Takes an item of the list `part`: images, annotations or categories."""
        if part == "images":
            name = _key(item, *IMAGE_KEYS)
            self.images[name] = {"file_name": _key(item, *FILE_KEYS) or name, "id": name} | {
                column: cell for key, column in KEPT.items() if (cell := _cell(item.get(key, "")))
            }
        elif part == "annotations":
            self.pairs[_key(item, *OF_IMAGE), _key(item, *OF_CATEGORY)] = None
        else:
            self.names[_key(item, *CATEGORY_KEYS)] = _key(item, *NAME_KEYS)

    def records(self) -> list[Record]:
        """One record an image and category; images without any annotation have file name and id alone."""
        labelled = [
            self.images[image] | {"category_id": category, "category_name": self.names.get(category, "")}
            for image, category in self.pairs
            if image in self.images and category
        ]
        return labelled or list(self.images.values())


PARTS = ("images", "annotations", "categories")


def parse_json(data: bytes, name: str, known: Iterable[str] = (), page: str | None = None) -> Sheet | None:
    """The table that the JSON holds, or None where it holds none. Raises UserError for broken JSON.

    known, page: what tells the letters, as `letters.read` takes them.
    """
    read = letters.read(data, known, page)
    try:
        records = _records(json.loads(read.text))
    except RecursionError:
        raise UserError(f"{name} is nested too deep for a table.") from None
    except ValueError as error:
        records = _lines(read.text)
        if not records:
            told = "" if data.lstrip().startswith(b"{") else sentence(data, "JSON")
            raise UserError(f"{name} is {told or f'no JSON ({error})'}.") from None
    sheet = table_of(records, name)
    return replace(sheet, letters=read) if sheet else None


def table_of(records: Iterable[Record], name: str) -> Sheet | None:
    """The records as a table, each row an entry; None where they have no two columns."""
    rows = [{key: _cell(_labels(key, value)) for key, value in record.items()} for record in records]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if len(columns) < 2:
        return None
    cells = {column: [row.get(column, "") for row in rows] for column in columns}
    return Sheet(name, cells, list(range(1, len(rows) + 1)), "", ENTRY)


def of_map(labels: Record) -> list[Record]:
    """Records of an object image -> label: labels repeat, a map of class names does not."""
    flat = all(isinstance(label, str | int) for label in labels.values())
    if flat and len(set(labels.values())) < len(labels):
        return [{"image": image, "label": label} for image, label in labels.items()]
    return []


def _records(value: Any) -> list[Record]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)] or nested.pairs(value)
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("images"), list):
        coco = Coco()
        for part in PARTS:
            items = value.get(part)
            for item in items if isinstance(items, list) else []:
                if isinstance(item, dict):
                    coco.add(part, item)
        return coco.records()
    return of_map(value) or nested.records(value)


def _key(item: Record, *keys: str) -> str:
    """The first of the keys that holds a plain value."""
    return next((cell for key in keys if (cell := _cell(item.get(key, "")))), "")


def _lines(text: str) -> list[Record]:
    records = []
    for line in text.splitlines():
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                return []
            if not isinstance(record, dict):
                return []
            records.append(record)
    return records


def _labels(key: str, value: Any) -> Any:
    """A list of words as one cell, or of whole numbers under a key that says labels; else the value."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "|".join(value)
    if isinstance(value, list) and OF_LABELS.search(key) and all(type(one) is int for one in value):
        return " ".join(map(str, value))
    return value


def _cell(value: Any) -> str:
    """A value as a table's cell; what is no plain value is an empty one."""
    return str(value).strip() if isinstance(value, str | int | float) else ""
