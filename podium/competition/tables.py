"""Text tables of any make: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows' letters."""

import codecs
import csv
import io
from dataclasses import dataclass

from podium.errors import UserError

DELIMITERS = (",", "\t", ";", "|")
SUFFIXES = (".csv", ".tsv")


@dataclass(frozen=True)
class Sheet:
    """A table: every row has as many cells as the header; cells are text as shipped."""

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]  # the line in the file where each row ends, from 1
    text: str

    def column(self, name: str) -> list[str]:
        """The cells of one column, stripped of blanks around them."""
        at = self.header.index(name)
        return [row[at].strip() for row in self.rows]

    def without_header(self) -> "Sheet":
        """The same table whose first line was no header: columns are named by their number."""
        names = [f"column {i + 1}" for i in range(len(self.header))]
        return Sheet(self.name, names, [self.header, *self.rows], [1, *self.lines], self.text)


def parse(data: bytes, name: str) -> Sheet:
    """The table in `data`. Raises UserError where it has no line or a row of another width."""
    text = decode(data)
    if "\0" in text:
        raise UserError(f"{name} is no text table (it holds zero bytes).")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise UserError(f"{name} is empty.")
    delimiter = max(DELIMITERS, key=lambda mark: first.count(mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    header: list[str] = []
    rows, ends = [], []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [cell.strip() for cell in row]
                continue
            rows.append(_fit(row, header, name, reader.line_num))
            ends.append(reader.line_num)
    except csv.Error as error:
        raise UserError(f"{name}, line {reader.line_num}: {error}.") from None
    return Sheet(name, _unique(header), rows, ends, text)


def decode(data: bytes) -> str:
    """Text in the encoding that the bytes show."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                           (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _fit(row: list[str], header: list[str], name: str, line: int) -> list[str]:
    """The row with the header's width; empty cells at its end may be missing or too many."""
    while len(row) > len(header) and not row[-1].strip():
        row.pop()
    if len(row) != len(header):
        raise UserError(f"{name}, line {line}: {len(row)} cells where the header has {len(header)} columns.")
    return row


def _unique(header: list[str]) -> list[str]:
    """Column names without repetition; an unnamed one is named by its number."""
    names: list[str] = []
    for i, name in enumerate(header):
        name = name or f"column {i + 1}"
        names.append(name if name not in names else f"{name} ({i + 1})")
    return names
