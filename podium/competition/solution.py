"""A submission scored against the solution that a server keeps: the demo's leaderboard."""

import math
from collections.abc import Sequence
from pathlib import Path

from podium.competition.tables import Sheet, parse
from podium.errors import UserError

SMALLEST = 1e-15  # a probability in the log loss
SLACK = 1e-6  # beyond [0, 1] that a server forgives


def score(submission: Path, solution: Path) -> dict[str, float]:
    """accuracy, and log_loss where the submission holds one probability column a class.

    The solution has two columns, id and label. Probability columns that are named otherwise than its labels
    are taken in the labels' sorted order. Top-k cells count by their first label.
    Raises UserError for a missing, extra or repeated id and for a value that is no probability.
    """
    sent, truth = _read(submission), _read(solution)
    if len(truth.header) != 2:
        raise UserError(f"{solution} has {len(truth.header)} columns: a solution has two, id and label.")
    id_column = truth.header[0]
    if id_column not in sent.header:
        raise UserError(f"{submission} has no column {id_column!r}, which {solution} has.")
    labels = dict(zip(truth.column(id_column), truth.column(truth.header[1]), strict=True))
    ids = sent.column(id_column)
    _same_ids(ids, labels, submission)
    wanted = [labels[name] for name in ids]
    columns = [name for name in sent.header if name != id_column]
    if len(columns) == 1:
        guesses = [
            cell.split(" ")[0] if cell not in labels.values() else cell for cell in sent.column(columns[0])
        ]
        return {"accuracy": _share(guesses, wanted)}
    return _probabilities(sent, columns, wanted, submission)


def _read(path: Path) -> Sheet:
    try:
        return parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise UserError(f"{path} is missing.") from None


def _same_ids(ids: list[str], labels: dict[str, str], submission: Path) -> None:
    if len(set(ids)) < len(ids):
        raise UserError(f"{submission}: the id {next(i for i in ids if ids.count(i) > 1)!r} stands twice.")
    missing, strange = set(labels) - set(ids), set(ids) - set(labels)
    if missing or strange:
        example = min(missing or strange)
        raise UserError(
            f"{submission}: {len(missing)} ids are missing, {len(strange)} unknown, such as {example!r}."
        )


def _probabilities(sent: Sheet, columns: list[str], wanted: list[str], submission: Path) -> dict[str, float]:
    names = sorted(set(wanted))
    if not set(names) <= set(columns):
        if len(columns) != len(names):
            raise UserError(f"{submission}: {len(columns)} probability columns for {len(names)} classes.")
        columns_of = dict(zip(names, columns, strict=True))
    else:
        columns_of, names = {name: name for name in columns}, columns
    table = [sent.column(columns_of[name]) for name in names]
    guesses, loss = [], 0.0
    for i, label in enumerate(wanted):
        probs = [_probability(column[i], submission, sent.lines[i]) for column in table]
        guesses.append(names[max(range(len(probs)), key=probs.__getitem__)])
        loss -= math.log(max(probs[names.index(label)] / max(sum(probs), SMALLEST), SMALLEST))
    return {"accuracy": _share(guesses, wanted), "log_loss": loss / len(wanted)}


def _probability(cell: str, submission: Path, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not -SLACK <= value <= 1 + SLACK:
        raise UserError(f"{submission}, line {line}: {cell!r} is no probability in [0, 1].")
    return value


def _share(guesses: Sequence[str], wanted: Sequence[str]) -> float:
    return sum(a == b for a, b in zip(guesses, wanted, strict=True)) / len(wanted)
