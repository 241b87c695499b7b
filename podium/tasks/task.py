"""What a task decides. `a` answers are the different labels of the images, `c` columns what is predicted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]  # (n, c) predictions or targets
TargetTable = NDArray[np.float32]  # (a, c) the targets of each answer
Name = Literal["single", "multi", "ordinal", "number"]
LinkName = Literal["softmax", "sigmoid", "identity"]  # from logits to predictions
Truth = Literal["labels", "sets", "numbers"]  # the family of metrics that judge it


@dataclass(frozen=True)
class Task:
    """One task. Every function takes and returns values; none knows the competition."""

    name: Name
    link: LinkName
    truth: Truth
    metric: str  # where nothing names one
    table: Callable[[Sequence[str], Sequence[str]], TargetTable]  # (answers, classes) -> (a, c)
    check: Callable[[Values], str | None]  # the rule that a table of predictions breaks, or None
    normalise: Callable[[Values, TargetTable], Values]  # any scores (n, c) made predictions that pass `check`
    decide: Callable[[Values], Values]  # predictions -> the targets (n, c) that they amount to
    words: Callable[[Values, Sequence[str]], list[str]]  # (targets (n, c), classes) -> n answers
    strata: Callable[[Values], Values]  # targets (n, c) -> (n, s) 0/1: what folds shall hold alike
