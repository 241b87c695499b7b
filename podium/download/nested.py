"""JSON objects that are tables written another way: as pandas writes them, by image, or by label."""

from collections import Counter
from typing import Any

Record = dict[str, Any]
ROLES = {
    "train",
    "training",
    "test",
    "testing",
    "val",
    "valid",
    "validation",
    "dev",
}  # keys that are no labels


def records(value: Record) -> list[Record]:
    """The rows of an object that holds a table; none where it holds none that is known."""
    inner = list(value.values())
    if inner and all(isinstance(one, dict) for one in inner):
        return _of_objects(value)
    if inner and all(isinstance(one, list) for one in inner) and not any(map(_holds_objects, inner)):
        return _of_columns(value) or _of_lists(value)
    rows = value.get("data")
    columns = value.get("columns")
    if isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return [dict(zip(map(str, columns), row, strict=False)) for row in rows]  # orient="split"
    lists = [one for one in inner if isinstance(one, list) and _holds_objects(one)]
    return [row for row in max(lists, key=len) if isinstance(row, dict)] if lists else []


def pairs(value: list[Any]) -> list[Record]:
    """The rows of a list of lists, all of one length; none where it is another list."""
    rows = [row for row in value if isinstance(row, list) and not _holds_objects(row)]
    if len(rows) < len(value) or len({len(row) for row in rows}) != 1:
        return []
    return [{f"column {i}": cell for i, cell in enumerate(row, start=1)} for row in rows]


def _of_objects(value: Record) -> list[Record]:
    """`{column: {row: cell}}` as pandas writes a table, or `{image: {column: cell}}`."""
    keys = list(dict.fromkeys(key for one in value.values() for key in one))
    if not keys or any(isinstance(cell, dict | list) for one in value.values() for cell in one.values()):
        return []
    if all(key.isdigit() for key in keys) and len(value) <= len(keys):
        return [{column: cells.get(key) for column, cells in value.items()} for key in keys]
    return [{"image": name} | one for name, one in value.items()] if len(value) > 1 else []


def _of_columns(value: Record) -> list[Record]:
    """`{column: [cells]}`: as many cells in each, and a column in which they repeat as labels do."""
    cells = list(value.values())
    if len(cells) < 2 or len({len(one) for one in cells}) > 1 or set(map(str.lower, value)) <= ROLES:
        return []
    named = any(isinstance(cell, int | float) for one in cells for cell in one)
    repeats = [len(set(map(str, one))) < len(one) for one in cells]
    if not named and not (any(repeats) and not all(repeats)):
        return []
    return [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)]


def _of_lists(value: Record) -> list[Record]:
    """`{label: [images]}`, or `{image: [labels]}` where what the lists hold stands in several of them."""
    both = [(key, str(item)) for key, items in value.items() for item in items]
    times = Counter(item for _, item in both)
    if len(value) < 2 or not both:
        return []
    if max(times.values()) > 1:
        return [{"image": key, "label": item} for key, item in both]
    label = "split" if set(map(str.lower, value)) <= ROLES else "label"
    return [{"image": item, label: key} for key, item in both]


def _holds_objects(items: Any) -> bool:
    return any(isinstance(item, dict | list) for item in items)
