"""What a competition's server does: the submission's score against the solution that it keeps."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podium.download import tables
from podium.download.tables import Sheet
from podium.foundation.errors import UserError
from podium.metrics.registry import get

NAMED = 3  # ids named in a refusal
BINARY = {"0", "1"}


@dataclass(frozen=True)
class Score:
    """Accuracy in [0, 1]; log loss where the submission has probabilities."""

    images: int
    accuracy: float
    log_loss: float | None = None

    def sentence(self) -> str:
        """The score as a line for the terminal."""
        loss = "" if self.log_loss is None else f", log loss {self.log_loss:.4f}"
        return f"accuracy {self.accuracy:.4f}{loss} on {self.images:,} hidden images"


def read(path: Path) -> Sheet:
    """A table of ids and values. Raises UserError where it is missing or an id is empty or repeated."""
    try:
        sheet = tables.parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`.") from None
    if len(sheet.columns) < 2:
        raise UserError(f"{path} has one column, {sheet.header[0]!r}: an id and a value are needed.")
    for name, count in Counter(_ids(sheet)).items():
        if not name:
            raise UserError(f"{path} has a row without an id.")
        if count > 1:
            raise UserError(f"{path}: the id {name!r} stands {count} times; each image has one row.")
    return sheet


def score(submission: Sheet, solution: Sheet) -> Score:
    """The score of a submission of labels, of a probability a class, or of one probability for 0 and 1.

    The solution's first column is the id, its second the class. Raises UserError for missing and extra ids,
    columns that name no class, and values that are no probabilities.
    """
    truth = dict(zip(_ids(solution), solution.columns[solution.header[1]], strict=True))
    _same_ids(submission, list(truth), solution.name)
    true = [truth[name] for name in _ids(submission)]
    values = submission.header[1:]
    if len(values) > 1:
        return _of_probabilities(submission, values, true)
    cells = submission.columns[values[0]]
    if "" in cells:
        raise UserError(f"{_at(submission, cells.index(''))} has no value in {values[0]!r}.")
    if set(true) <= BINARY and not set(cells) <= BINARY:
        positive = _numbers(submission, values[0])
        return _judged(np.stack([1 - positive, positive], axis=1), [int(label) for label in true])
    right = sum(a == b for a, b in zip(cells, true, strict=True))
    return Score(len(true), right / len(true))


def _of_probabilities(submission: Sheet, columns: list[str], true: list[str]) -> Score:
    place = _classes(columns)
    unknown = sorted(set(true) - set(place))
    if unknown:
        raise UserError(
            f"{submission.name} has no column for the class {unknown[0]!r}; it has {', '.join(columns[:8])}"
            f"{' ...' if len(columns) > 8 else ''}."
        )
    probs = np.stack([_numbers(submission, name) for name in columns], axis=1)
    empty = np.flatnonzero(probs.sum(1) <= 0)
    if len(empty):
        raise UserError(f"{_at(submission, int(empty[0]))}: every probability is 0.")
    return _judged(probs / probs.sum(1, keepdims=True), [place[label] for label in true])


def _judged(probs: NDArray[np.float64], true: list[int]) -> Score:
    labels = np.array(true, np.int64)
    accuracy, loss = (get(name).function(labels, probs) for name in ("accuracy", "log_loss"))
    return Score(len(true), accuracy, loss)


def _classes(columns: list[str]) -> dict[str, int]:
    """Which column each class has: under its own name, or after what all the names begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*columns, strict=False))
    start = len(list(alike))
    bare = {name[start:]: i for i, name in enumerate(columns)}
    return bare | {name: i for i, name in enumerate(columns)}


def _numbers(sheet: Sheet, column: str) -> NDArray[np.float64]:
    """The column (n,) in [0, 1]."""
    numbers = np.full(len(sheet.lines), np.nan)
    for row, cell in enumerate(sheet.columns[column]):
        with suppress(ValueError):
            numbers[row] = float(cell)
        if not 0 <= numbers[row] <= 1:
            raise UserError(f"{_at(sheet, row)}: {cell!r} in {column!r} is no probability in [0, 1].")
    return numbers


def _same_ids(submission: Sheet, wanted: list[str], of: str) -> None:
    given = _ids(submission)
    for names, what in (
        (sorted(set(wanted) - set(given)), "misses"),
        (sorted(set(given) - set(wanted)), "has too many"),
    ):
        if names:
            shown = ", ".join(map(repr, names[:NAMED])) + (" ..." if len(names) > NAMED else "")
            raise UserError(f"{submission.name} {what} {len(names):,} ids of {of}: {shown}.")


def _ids(sheet: Sheet) -> list[str]:
    return sheet.columns[sheet.header[0]]


def _at(sheet: Sheet, row: int) -> str:
    return f"{sheet.name}, line {sheet.lines[row]}, id {_ids(sheet)[row]!r}"
