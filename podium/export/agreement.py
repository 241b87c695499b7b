"""Does a submission that a bundle wrote say what another one says? To the row and the cell."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from podium.download import tables
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

MOST_APART = 1e-4  # between two probabilities, or the share of a number by which two of them differ


@dataclass(frozen=True)
class Agreement:
    """What a comparison found: rows, the largest difference of two cells, and seconds of the bundle."""

    rows: int
    apart: float
    seconds: float = 0.0  # of the bundle's run


def compare(published: Path, found: Path, id_column: str) -> Agreement:
    """The same rows and cells, or numbers that differ little. Raises UserError that names the row.

    `found` may hold some of the rows alone.
    """
    left, right = (tables.parse(path.read_bytes(), str(path)) for path in (published, found))
    if left.header != right.header:
        raise UserError(f"{found} has the columns {', '.join(right.header)}, not {', '.join(left.header)}.")
    columns = [name for name in left.header if name != id_column]
    place = {name: row for row, name in enumerate(left.columns[id_column])}
    apart = 0.0
    for row, name in enumerate(right.columns[id_column]):
        if name not in place:
            raise UserError(f"{right.where(row)}: the id {name!r} is not in {published.name}.")
        pairs = [(left.columns[c][place[name]], right.columns[c][row]) for c in columns]
        apart = max(apart, *(_apart(*pair) for pair in pairs))
        if apart > MOST_APART or _changed(pairs):
            raise UserError(
                f"{right.where(row)}: the bundle says {_few([b for _, b in pairs])} for {name!r}, and "
                f"{published.name} {_few([a for a, _ in pairs])}: run `dvc repro` and export again; if they "
                "still differ, this is a defect of Podium's."
            )
    return Agreement(len(right.lines), apart)


def _apart(left: str, right: str) -> float:
    """0 for equal texts; of two numbers the difference, relative above 1; of two texts without end."""
    if left == right:
        return 0.0
    with suppress(ValueError):
        a, b = float(left), float(right)
        if math.isfinite(a) and math.isfinite(b):
            return abs(a - b) / max(1.0, abs(a))
    return math.inf


def _changed(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the largest of several numbers is another one."""
    if len(pairs) < 2:
        return False
    try:
        left, right = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    except ValueError:
        return False
    return left.index(max(left)) != right.index(max(right)) and max(left) != left[right.index(max(right))]


def _few(cells: Sequence[str], shown: int = 5) -> str:
    return ", ".join(cells[:shown]) + (" ..." if len(cells) > shown else "")


def some_rows(sample: Sheet, text: str, most: int) -> tuple[str, list[int]]:
    """(the sample's text with at most so many of its rows, evenly spread, which those are)."""
    n = len(sample.lines)
    rows = sorted({int(i * n / most) for i in range(most)}) if n > most else list(range(n))
    if len(rows) == n:
        return text, rows
    lines = text.splitlines(keepends=True)
    kept = [lines[sample.lines[row] - 1] for row in rows]
    header = next(line for line in lines if line.strip())
    return header + "".join(kept), rows


def unpack(files: Mapping[str, str], read: Callable[[str], bytes], folder: Path) -> None:
    """Writes files of the download below `folder`: where they go -> where they lie in the download."""
    for place, path in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(read(path))
