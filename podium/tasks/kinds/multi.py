"""Any number of labels an image: each column is a probability by itself, and 0.5 decides."""

from collections.abc import Sequence

import numpy as np

from podium.tasks.answers import joined, parts
from podium.tasks.task import TargetTable, Task, Values

DECIDED = 0.5  # thresholds of a vote are already worked into its probabilities


def table(answers: Sequence[str], classes: Sequence[str]) -> TargetTable:
    """(a, c) with 1 where an answer has the label."""
    place = {name: column for column, name in enumerate(classes)}
    found = np.zeros((len(answers), len(classes)), np.float32)
    for row, answer in enumerate(answers):
        found[row, [place[label] for label in parts(answer)]] = 1
    return found


def check(values: Values) -> str | None:
    """Probabilities in [0, 1]."""
    if not np.isfinite(values).all() or (values < 0).any() or (values > 1).any():
        return "a label's probability is not in [0, 1]"
    return None


def normalise(values: Values, _table: TargetTable) -> Values:
    """Cut off at 0 and 1."""
    return np.clip(values, 0, 1)


def decide(values: Values) -> Values:
    """Each label from a half on."""
    return (values >= DECIDED).astype(np.float64)


def words(targets: Values, classes: Sequence[str]) -> list[str]:
    """The labels of each row as one text."""
    names = np.array(classes, dtype=object)
    return [joined(names[row > DECIDED], classes) for row in targets]


def strata(targets: Values) -> Values:
    """Each label is a stratum, and so are the images without any."""
    return np.column_stack([targets > DECIDED, targets.max(1, initial=0) <= DECIDED]).astype(np.float64)


TASK = Task(
    name="multi",
    link="sigmoid",
    truth="sets",
    metric="roc_auc",
    table=table,
    check=check,
    normalise=normalise,
    decide=decide,
    words=words,
    strata=strata,
)
