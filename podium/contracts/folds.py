"""data/split/folds.parquet: the fold of every readable labelled original, dropped ones included."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from podium.contracts.fold_numbers import ALWAYS_TRAIN
from podium.contracts.table import TableContract, columns

PATH = Path("data/split/folds.parquet")


def _holds(frame: pd.DataFrame) -> str | None:
    if (frame["fold"] < ALWAYS_TRAIN).any():
        return f"a fold is below {ALWAYS_TRAIN}"
    spread = frame.groupby("group")["fold"].nunique()
    if (spread > 1).any():
        return f"group {spread.index[spread > 1][0]!r} straddles folds"
    return None


FOLDS = TableContract(
    name="folds",
    schema=columns(
        image_id=pa.string(),
        label=pa.int64(),  # index of the given (and user-corrected) label in competition.json's classes
        group=pa.string(),  # images of one group never part; its own image_id where it has no company
        fold=pa.int8(),  # 0 … k-1 is validated in that fold; -1 hold-out; -2 always train
    ),
    holds=_holds,
)


def present(frame: pd.DataFrame) -> list[int]:
    """The folds that validate at least one image, ascending."""
    return sorted(int(fold) for fold in frame["fold"].unique() if fold >= 0)
