"""Tables written as JSON: annotations in COCO's form, a list of records, lines of records, image -> label."""

import json
from typing import Any

from podium.download import letters
from podium.download.tables import Sheet
from podium.foundation.errors import UserError
from podium.foundation.instead import sentence

SUFFIXES = (".json", ".jsonl")
MAX_BYTES = 1 << 29  # of one such file
MAX_FILES = 50  # more of them are one an image, as drawing tools write, and no tables
IMAGE_KEYS = ("id", "image_id", "imageId")  # what an image is called among the images
FILE_KEYS = ("file_name", "filename", "fileName", "file", "path", "image_path")
OF_IMAGE = ("image_id", "imageId", "image")  # and in an annotation
OF_CATEGORY = ("category_id", "categoryId", "label_id", "labelId", "class_id", "category", "label", "class")
CATEGORY_KEYS = ("id", "category_id", "categoryId", "label_id", "class_id")
NAME_KEYS = ("name", "category_name", "label_name", "label", "class_name")
ENTRY = "entry"  # what a row is called in sentences
Record = dict[str, Any]


def parse_json(data: bytes, name: str) -> Sheet | None:
    """The table that the JSON holds, or None where it holds none. Raises UserError for broken JSON."""
    try:
        records = _records(json.loads(letters.read(data).text))
    except RecursionError:
        raise UserError(f"{name} is nested too deep for a table.") from None
    except ValueError as error:
        records = _lines(letters.read(data).text)
        if not records:
            told = "" if data.lstrip().startswith(b"{") else sentence(data, "JSON")
            raise UserError(f"{name} is {told or f'no JSON ({error})'}.") from None
    rows = [{key: _cell(value) for key, value in record.items()} for record in records]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if len(columns) < 2:
        return None
    cells = {column: [row.get(column, "") for row in rows] for column in columns}
    return Sheet(name, cells, list(range(1, len(rows) + 1)), "", ENTRY)


def _records(value: Any) -> list[Record]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("images"), list):
        return _coco(value)
    flat = all(isinstance(label, str | int) for label in value.values())
    if flat and len(set(value.values())) < len(value):  # labels repeat; a map of class names does not
        return [{"image": image, "label": label} for image, label in value.items()]
    return []


def _coco(value: Record) -> list[Record]:
    """One record an image and category; images without an annotation have file name and id alone."""
    names = {_key(item, *CATEGORY_KEYS): _key(item, *NAME_KEYS) for item in _dicts(value, "categories")}
    images = {_key(item, *IMAGE_KEYS): item for item in _dicts(value, "images")}
    labelled: dict[tuple[str, str], Record] = {}
    for note in _dicts(value, "annotations"):
        image, category = _key(note, *OF_IMAGE), _key(note, *OF_CATEGORY)
        if image in images and category:
            labelled[image, category] = _image(images[image]) | {
                "category_id": category,
                "category_name": names.get(category, ""),
            }
    return list(labelled.values()) or [_image(item) for item in images.values()]


def _image(item: Record) -> Record:
    name = _key(item, *IMAGE_KEYS)
    found = {"file_name": _key(item, *FILE_KEYS) or name, "id": name}
    return found | ({"sequence": item["seq_id"]} if item.get("seq_id") else {})


def _dicts(value: Record, key: str) -> list[Record]:
    items = value.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


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


def _cell(value: Any) -> str:
    """A value as a table's cell; what is no plain value is an empty one."""
    return str(value).strip() if isinstance(value, str | int | float) else ""
