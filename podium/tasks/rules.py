"""What tasks share: tables and rules for classes, of which one is right."""

from collections.abc import Sequence

import numpy as np

from podium.tasks.links import normalised
from podium.tasks.task import TargetTable, Values

TOLERANCE = 1e-4  # of the sum of a row's probabilities


def identity_table(answers: Sequence[str], classes: Sequence[str]) -> TargetTable:
    """(k, k): each class is its own answer."""
    assert list(answers) == list(classes), "one class an image: the answers are the classes"
    return np.eye(len(classes), dtype=np.float32)


def shares(values: Values) -> str | None:
    """Probabilities that sum to 1 in each row."""
    if not np.isfinite(values).all() or (values < 0).any():
        return "a probability is negative or not a number"
    if len(values) and np.abs(values.sum(1) - 1).max() > TOLERANCE:
        return f"a row's probabilities do not sum to 1 +- {TOLERANCE}"
    return None


def scaled(values: Values, _table: TargetTable) -> Values:
    """Non-negative rows scaled to sum to 1; an all-zero row becomes uniform."""
    return normalised(values)


def likeliest(values: Values) -> Values:
    """One at the highest probability of each row; the lowest class wins a tie."""
    return np.asarray(np.eye(values.shape[1])[values.argmax(1)])


def class_words(targets: Values, classes: Sequence[str]) -> list[str]:
    """The class of each row."""
    return [classes[best] for best in targets.argmax(1)]


def members(targets: Values) -> Values:
    """Each class is a stratum of its own."""
    return np.asarray(np.eye(targets.shape[1])[targets.argmax(1)])
