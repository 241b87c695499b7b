"""Text tables of any make: comma, semicolon, tab, bar or blank; whatever letters they are written in."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from podium.download import letters
from podium.download.letters import Text
from podium.foundation.errors import UserError
from podium.foundation.instead import sentence

END_OF_DOS = "\x1a"  # which old programs write behind a text
COMMENTS = 50  # lines above a header that may be remarks
CELL = 1 << 24  # characters: what run-length masks and texts beside the labels may have
SEPARATOR = re.compile(r'\A"?sep=.?"?\r?\n', re.IGNORECASE)  # a first line for spreadsheets
DELIMITERS = (",", "\t", ";", "|")
SUFFIXES = (".csv", ".tsv")
LISTS = (".txt", ".lst")  # tables only where their cells name images; blanks may separate them


UNNAMED = re.compile(r"column \d+|unnamed: \d+", re.IGNORECASE)  # columns that have no name of their own


@dataclass(frozen=True)
class Sheet:
    """A table: columns of equally many cells, text as shipped without the blanks around it."""

    name: str
    columns: dict[str, list[str]]
    lines: list[int]  # the line in the file where each row ends, from 1
    text: str
    unit: str = "line"  # what a row is called in sentences
    letters: Text | None = None  # how its bytes became text

    def where(self, row: int) -> str:
        """The place of a row, for sentences: the table's name and the row's line."""
        return f"{self.name}, {self.unit} {self.lines[row]}"

    @property
    def rows(self) -> list[list[str]]:
        """The cells row by row."""
        return [list(row) for row in zip(*self.columns.values(), strict=True)]

    @property
    def header(self) -> list[str]:
        """The columns' names in order."""
        return list(self.columns)

    def without_header(self) -> "Sheet":
        """The same table, whose first line was no header: columns are named by their number."""
        numbered = {
            f"column {i}": [name, *cells] for i, (name, cells) in enumerate(self.columns.items(), start=1)
        }
        return replace(self, columns=numbered, lines=[1, *self.lines])

    def plain(self, but: str | None = None) -> "Sheet":
        """The same table for matching: every cell and name but those of the column `but` in plain letters."""
        names = unique([name if name == but else letters.plain(name) for name in self.columns])
        cells = [
            column if name == but else [letters.plain(cell) for cell in column]
            for name, column in self.columns.items()
        ]
        return replace(self, columns=dict(zip(names, cells, strict=True)))


def parse(data: bytes, name: str, known: Iterable[str] = (), page: str | None = None) -> Sheet:
    """The table in `data`. Raises UserError where it has no line or a row of another width.

    known, page: what tells the letters, as `letters.read` takes them.
    """
    if (told := sentence(data, "table")) and not data.lstrip().startswith(b"{"):
        raise UserError(f"{name} is {told}.")
    read = letters.read(data, known, page)
    text = SEPARATOR.sub("\n", read.text).removesuffix(END_OF_DOS)
    if "\0" in text:
        raise UserError(
            f"{name} is no text table (it holds zero bytes): save it as CSV, or download it again."
        )
    bare = _without_comments(text)
    first = next((line for line in bare.splitlines() if line.strip()), "")
    if not first:
        raise UserError(f"{name} is empty: download it again, or take it away.")
    (head, _), *rest = _rows(bare, _delimiter(first, name), name)
    while len(head) > 1 and not head[-1] and not any("".join(row[len(head) - 1 :]) for row, _ in rest):
        head.pop()  # a comma at every line's end makes no column
    header = unique(head)
    rows = [_fit(row, header, name, line) for row, line in rest]
    ends = [line for _, line in rest]
    cells = zip(*rows, strict=True) if rows else ([] for _ in header)
    columns = {column: list(values) for column, values in zip(header, cells, strict=True)}
    return Sheet(name, columns, ends, bare, letters=read)


def cell(text: str) -> str:
    """The text as one cell of a CSV line."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[,"\r\n]', text) else text


def _without_comments(text: str) -> str:
    """The text, where lines above the header that begin with # and are no header are empty."""
    if not text.startswith("#"):
        return text
    top = text.splitlines(keepends=True)[:COMMENTS]
    above = sum(1 for _ in takewhile(lambda line: line.startswith("#") or not line.strip(), top))
    below = top[above] if above < len(top) else ""
    if any(_commas(below)) and _commas(top[above - 1]) == _commas(below):
        above -= 1  # `# id,label`, as NumPy writes it, is a header
    return "\n" * above + text[sum(map(len, top[:above])) :]


def _commas(line: str) -> tuple[int, ...]:
    return tuple(map(line.count, DELIMITERS))


def _rows(text: str, delimiter: str, name: str) -> "list[tuple[list[str], int]]":
    """(cells, the line where the row ends). Raises UserError for a quote that nothing closes."""
    csv.field_size_limit(CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows = []
    start = last = 0  # lines before the row that is read, and before the last that was
    try:
        for row in reader:
            cells = [value.strip() for value in row]
            if any(cells):
                rows.append((cells, reader.line_num))
                last = start
            start = reader.line_num
    except csv.Error as error:
        raise UserError(f"{name}, line {reader.line_num}: {error}.") from None
    if _is_open(islice(io.StringIO(text, newline=""), last, None), delimiter):
        raise UserError(
            f"{name}, line {last + 1}: a quote opens a cell and none closes it, so {start - last:,} lines "
            "would be one row: close it, or write two for one that is meant."
        )
    return rows


def _is_open(lines: Iterator[str], delimiter: str) -> bool:
    """Whether the text ends within quotes."""
    try:
        list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _delimiter(first: str, name: str) -> str:
    best = max(DELIMITERS, key=first.count)
    if first.count(best) == 0 and " " in first.strip() and name.lower().endswith(LISTS):
        return " "
    return best


def _fit(row: list[str], header: list[str], name: str, line: int) -> list[str]:
    """The row with the header's width; empty cells beyond it are dropped."""
    while len(row) > len(header) and not row[-1]:
        row.pop()
    if len(row) != len(header):
        way = "; take away what stands above the header" if len(header) == 1 else ""
        raise UserError(
            f"{name}, line {line}: {len(row)} cells where the header has {len(header)} columns{way}."
        )
    return row


def unique(header: list[str]) -> list[str]:
    """Column names without repetition; an unnamed one is named by its number."""
    names: list[str] = []
    for i, name in enumerate(header, start=1):
        name = name or f"column {i}"
        names.append(name if name not in names else f"{name} ({i})")
    return names
