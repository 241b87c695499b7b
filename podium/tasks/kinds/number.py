"""One or several measured numbers an image, in their own unit."""

from collections.abc import Sequence

import numpy as np

from podium.tasks.answers import measured, parts
from podium.tasks.task import TargetTable, Task, Values

STRATA = 10  # quantiles of the first number: folds hold small and large ones alike


def table(answers: Sequence[str], classes: Sequence[str]) -> TargetTable:
    """(a, c) the numbers themselves."""
    found = [[float(number) for number in parts(answer)] for answer in answers]
    return np.array(found, np.float32).reshape(len(answers), len(classes))


def check(values: Values) -> str | None:
    """Finite numbers."""
    return None if np.isfinite(values).all() else "a predicted number is not finite"


def normalise(values: Values, seen: TargetTable) -> Values:
    """Cut off at the smallest and largest number of each column that an image was given."""
    return np.clip(values, seen.min(0), seen.max(0)) if len(seen) else values


def decide(values: Values) -> Values:
    """A prediction is its own decision."""
    return values


def words(targets: Values, _classes: Sequence[str]) -> list[str]:
    """The numbers of each row as text."""
    return [measured(row) for row in targets]


def strata(targets: Values) -> Values:
    """The tenth of the first number's range of ranks in which an image lies; equal numbers share one."""
    first = targets[:, 0]
    edges = np.unique(np.quantile(first, np.linspace(0, 1, STRATA + 1)[1:-1])) if len(first) else first
    return np.eye(len(edges) + 1)[np.searchsorted(edges, first, side="right")]


TASK = Task(
    name="number",
    link="identity",
    truth="numbers",
    metric="rmse",
    table=table,
    check=check,
    normalise=normalise,
    decide=decide,
    words=words,
    strata=strata,
)
