"""Does the bundle give what the run published? It is run where nothing of the project can be found."""

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from podium.download import tables
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

MOST_APART = 1e-4  # between two probabilities, or the share of a number by which two of them differ
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "SYSTEMROOT",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
)


@dataclass(frozen=True)
class Agreement:
    """What a comparison found: rows, the largest difference of two cells, and seconds of the bundle."""

    rows: int
    apart: float
    seconds: float = 0.0


def run(bundle: Path, words: Sequence[str | Path], command: Sequence[str] = ()) -> tuple[str, float]:
    """(what predict.py prints, its seconds) in isolated mode, an empty folder and a bare environment.

    `command` goes in front, such as one that takes the network away. Raises UserError where it fails.
    """
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    script = (bundle / "predict.py").resolve()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [*command, sys.executable, "-I", str(script), *map(str, words)],
            cwd=empty, env=environment, text=True, encoding="utf-8", capture_output=True, check=False,
        )  # fmt: skip
    if done.returncode:
        last = " ".join((done.stderr or done.stdout).strip().splitlines()[-1:])
        raise UserError(f"{script} fails where nothing of the project can be found: {last}")
    return done.stdout, time.monotonic() - began


def compare(published: Path, found: Path, id_column: str, but: Sequence[str] = ()) -> Agreement:
    """The same rows and cells, or numbers that differ little. Raises UserError that names the row.

    `found` may hold some of the rows alone. but: ids that are not looked at.
    """
    left, right = (tables.parse(path.read_bytes(), str(path)) for path in (published, found))
    if left.header != right.header:
        raise UserError(f"{found} has the columns {', '.join(right.header)}, not {', '.join(left.header)}.")
    columns = [name for name in left.header if name != id_column]
    place = {name: row for row, name in enumerate(left.columns[id_column])}
    apart = 0.0
    for row, name in enumerate(right.columns[id_column]):
        if name not in place:
            raise UserError(f"{right.where(row)}: the id {name!r} is not in {published}.")
        if name in but:
            continue
        pairs = [(left.columns[c][place[name]], right.columns[c][row]) for c in columns]
        apart = max(apart, *(_apart(*pair) for pair in pairs))
        if apart > MOST_APART or _changed(pairs):
            raise UserError(
                f"{right.where(row)}: the bundle says {_few([b for _, b in pairs])} for {name!r}, and "
                f"{published} {_few([a for a, _ in pairs])}: it is not exported. Run `dvc repro` and export "
                "again; if they still differ, this is a defect of Podium's."
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


def unpack(paths: Sequence[str], read: Callable[[str], bytes], folder: Path) -> None:
    """Writes files of the download below `folder`, at their own places."""
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(read(path))
