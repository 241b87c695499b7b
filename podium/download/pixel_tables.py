"""Tables and JSON whose rows are pictures: made a zip of picture files once, with what else the rows say."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.download.tables import DELIMITERS, UNNAMED, cell
from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.images.pixels import encode

START = 1 << 20  # bytes in which a table's header and first row stand
SUFFIXES = (".csv", ".tsv")
FEWEST = 64  # numbers of a picture: 8 x 8
COLUMN = re.compile(r"(?:pixel|px)[_ ]?\d+|\d+(?:\.0)?|\d+x\d+", re.IGNORECASE)
CELL = re.compile(rf"(?:\d+ ){{{FEWEST - 1},}}\d+")
LIST = re.compile(
    rb"\s*\[\s*\{[^{}]*?:\s*\[(?:\s*-?[\d.eE+-]+\s*,){%d}" % (FEWEST - 1)
)  # records with numbers
IDS = ("id", "imageid", "image_id", "img_id", "rowid", "row_id", "index")
PLACE = re.compile(r"_[xy]$", re.IGNORECASE)  # columns of key points: places within the picture
BYTE = 255
Row = tuple[dict[str, str], NDArray[Any]]  # what a row says beside its picture (h, w) or (h, w, bands)
Read = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class PixelLayout:
    """Where the pixels stand: in so many columns, or within one cell."""

    delimiter: str
    header: list[str]
    columns: list[int]  # of pixels
    shape: tuple[int, ...]


def rows_of(name: str, read: Read) -> Iterable[Row] | None:
    """The pictures that the file's rows are, or None where they are none. read: its bytes in pieces."""
    lower = name.lower()
    if lower.endswith(SUFFIXES):
        plan = plan_of(_start(read))
        return None if plan is None else _of_table(plan, read, name)
    if lower.endswith(".json") and LIST.match(_start(read)):
        return _of_json(read, name)
    return None


def plan_of(start: bytes) -> PixelLayout | None:
    """How a table that begins so holds pictures; None where it holds none, or places within them."""
    text = start.decode("utf-8-sig", errors="replace")
    lines = text.splitlines()[:2]
    if len(lines) < 2:
        return None
    delimiter = max(DELIMITERS, key=lines[0].count)
    csv.field_size_limit(1 << 24)
    header, first = ([value.strip() for value in row] for row in csv.reader(lines, delimiter=delimiter))
    wide = [i for i, column in enumerate(header) if COLUMN.fullmatch(column) or UNNAMED.fullmatch(column)]
    said = [column for i, column in enumerate(header) if i not in set(wide)]
    shape = _shape(len(wide))
    if not shape:
        wide = [i for i, value in enumerate(first) if CELL.fullmatch(value)]
        shape = _shape(len(first[wide[0]].split())) if len(wide) == 1 else None
    if not shape or len(first) != len(header) or sum(bool(PLACE.search(column)) for column in said) > 1:
        return None
    return PixelLayout(delimiter, header, wide, shape)


def _shape(numbers: int) -> tuple[int, ...] | None:
    """A square picture of so many numbers, of one band or three; None where they make none."""
    if numbers < FEWEST:
        return None
    side, coloured = isqrt(numbers), isqrt(numbers // 3)
    if side * side == numbers:
        return side, side
    return (coloured, coloured, 3) if coloured * coloured * 3 == numbers else None


def as_zip(name: str, rows: Iterable[Row], read: Read, ids: Sequence[str] | None) -> Path:
    """A zip in the scratch store: a picture file for each row, and a table of what else the rows say.

    Pictures are named by the rows' own ids, else by `ids`, else from 1: PNG files of whole numbers, else
    NumPy arrays. Raises UserError for a row of another size, and for numbers above 255 among bytes.
    """
    digest = hashlib.sha256(repr(ids).encode())
    for block in read():
        digest.update(block)

    def build(folder: Path) -> None:
        base = name.rpartition("/")[2].rpartition(".")[0]
        with zipfile.ZipFile(folder / ZIP, "w") as file:
            lines = list(_written(file, rows, ids, name))
            columns = list(dict.fromkeys(column for line in lines for column in line))
            if len(columns) > 1:
                text = [",".join(map(cell, columns))]
                text += [",".join(cell(line.get(column, "")) for column in columns) for line in lines]
                file.writestr(f"{base}.csv", "\n".join(text) + "\n")

    return scratch.obtain("pixel-tables", digest.hexdigest(), build) / ZIP


ZIP = "pictures.zip"


def _written(
    file: zipfile.ZipFile, rows: Iterable[Row], ids: Sequence[str] | None, name: str
) -> Iterator[dict[str, str]]:
    """Writes each picture; what its row says, the picture's path first."""
    whole: bool | None = None
    for i, (said, pixels) in enumerate(rows):
        own = next((said[column] for column in said if column.casefold() in IDS), "")
        if whole is None:
            whole = bool((pixels == np.rint(pixels)).all() and pixels.min() >= 0 and pixels.max() > 1)
        if whole and (pixels.min() < 0 or pixels.max() > BYTE):
            raise UserError(f"{name}, row {i + 1}: a pixel is {pixels.max():g}, the first row's are bytes.")
        picture = (own or (ids[i] if ids else str(i + 1))).replace("/", "_") + (".png" if whole else ".npy")
        file.writestr(picture, _bytes(pixels, whole))
        yield {"image": f"{name}/{picture}"} | said


def _bytes(pixels: NDArray[Any], whole: bool) -> bytes:
    if whole:
        shown = np.ascontiguousarray(pixels.astype(np.uint8))
        return encode(shown if shown.ndim > 2 else np.repeat(shown[..., None], 3, 2), ".png")
    out = io.BytesIO()
    np.save(out, pixels.astype(np.float32))
    return out.getvalue()


def _of_table(plan: PixelLayout, read: Read, name: str) -> Iterator[Row]:
    lines = io.TextIOWrapper(io.BufferedReader(_Pieces(read())), "utf-8-sig", errors="replace", newline="")
    reader = csv.reader(lines, delimiter=plan.delimiter)
    next(reader)
    pixels = set(plan.columns)
    for row in reader:
        if not row:
            continue
        given = [row[i] for i in plan.columns] if len(row) == len(plan.header) else []
        try:
            numbers = list(map(float, given if given[1:] else given[0].split()))
            values = np.array(numbers, np.float32).reshape(plan.shape)
        except (ValueError, IndexError):
            raise UserError(
                f"{name}, line {reader.line_num}: its pixels are no {' x '.join(map(str, plan.shape))} "
                "numbers, as in the first row: take the row out."
            ) from None
        yield {plan.header[i]: value.strip() for i, value in enumerate(row) if i not in pixels}, values


def _of_json(read: Read, name: str) -> Iterator[Row]:
    """Records whose lists of numbers are the bands of a picture."""
    from ijson import JSONError, items

    try:
        for i, record in enumerate(items(io.BufferedReader(_Pieces(read())), "item", use_float=True)):
            bands = [value for value in record.values() if isinstance(value, list)]
            shape = _shape(len(bands[0])) if bands and len({len(band) for band in bands}) == 1 else None
            if not shape:
                raise UserError(
                    f"{name}, entry {i + 1}: its lists of numbers are no bands of a square picture."
                )
            said = {key: "" if value is None else str(value) for key, value in record.items()
                    if not isinstance(value, list | dict)}  # fmt: skip
            yield said, np.stack([np.array(band, np.float32).reshape(shape) for band in bands], axis=-1)
    except JSONError as error:
        raise UserError(f"{name} is no JSON ({str(error).splitlines()[0]}).") from None


def _start(read: Read) -> bytes:
    found = b""
    for block in read():
        found += block
        if len(found) >= START:
            break
    return found[:START]


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = filter(None, pieces), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.rest = self.rest or next(self.pieces, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size
