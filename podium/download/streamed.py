"""JSON of any size as a table: read piece by piece, of which no more than the table's cells is kept."""

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from podium.download.annotations import PARTS, Coco, Record, of_map, table_of
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

FROM = 1 << 24  # bytes of a file from which on it is read so
FLAT = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*["\d\-]')  # an object whose first value is plain
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
Keep = Callable[[Any], None]


def stream_json(blocks: Iterator[bytes], name: str) -> Sheet | None:
    """The table that the JSON holds, or None where it holds none. Raises UserError for broken JSON.

    blocks: the file's bytes in UTF-8, or with a mark that says UTF-16.
    """
    from ijson import JSONError

    pieces = filter(None, _in_utf8(filter(None, blocks)))
    first = next(pieces, b"")
    start = first.lstrip()
    rows: list[Record] = []
    coco = Coco()
    try:
        if start.startswith(b"["):
            _feed({"item": _dicts(rows)}, first, pieces)
        elif name.lower().endswith(".jsonl") or _is_lines(start):
            _feed({"": _dicts(rows)}, first, pieces, multiple_values=True)
        elif FLAT.match(start) and not any(b'"%b"' % part.encode() in first for part in PARTS):
            return table_of(of_map(_map(first, pieces)), name)
        else:
            _feed({f"{part}.item": _part(coco, part) for part in PARTS}, first, pieces)
            rows = coco.records()
    except (JSONError, UnicodeDecodeError) as error:
        raise UserError(f"{name} is no JSON ({str(error).splitlines()[0]}).") from None
    return table_of(rows, name)


def _part(coco: Coco, part: str) -> Keep:
    return lambda item: coco.add(part, item) if isinstance(item, dict) else None


def _dicts(rows: list[Record]) -> Keep:
    """Keeps the plain values of objects; a record's lists of numbers are gone with it."""
    return lambda item: rows.append(_plain(item)) if isinstance(item, dict) else None


def _plain(record: Record) -> Record:
    return {key: value if isinstance(value, str | int | float) else "" for key, value in record.items()}


def _feed(keepers: dict[str, Keep], first: bytes, pieces: Iterator[bytes], **how: Any) -> None:
    """Gives every item below each prefix to its keeper; each piece of the file is parsed once a prefix."""
    import ijson

    found = {prefix: ijson.sendable_list() for prefix in keepers}
    parsers = [ijson.items_coro(items, prefix, use_float=True, **how) for prefix, items in found.items()]

    def hand_out() -> None:
        for prefix, items in found.items():
            for item in items:
                keepers[prefix](item)
            items.clear()

    for piece in _chained(first, pieces):
        for parser in parsers:
            parser.send(piece)
        hand_out()
    for parser in parsers:
        parser.close()
    hand_out()


def _map(first: bytes, pieces: Iterator[bytes]) -> Record:
    """The object's keys and plain values; another value stands as None."""
    import ijson

    found, labels = ijson.sendable_list(), Record()
    parser = ijson.kvitems_coro(found, "", use_float=True)
    for piece in _chained(first, pieces):
        parser.send(piece)
        labels |= {key: value if isinstance(value, str | int) else None for key, value in found}
        found.clear()
    parser.close()
    return labels | dict(found)


def _chained(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All pieces but the empty ones, which would mean the end."""
    yield from filter(None, chain([first], pieces))


def _is_lines(start: bytes) -> bool:
    """Whether the first line is an object of its own, with another behind it."""
    line, end, rest = start.partition(b"\n")
    return bool(end) and line.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _in_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces in UTF-8, without a mark in front."""
    first = next(blocks, b"")
    page = next((page for mark, page in MARKS.items() if first.startswith(mark)), "")
    if not page:
        yield first
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(page)()
    for block in _chained(first, blocks):
        yield decoder.decode(block).encode()
