"""Predictions of the task's kind: fold<k>_{oof,test}.parquet of a fold, {oof,test}.parquet of the vote."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from podium.contracts.table import TableContract
from podium.tasks import registry

FOLDER = Path("data/predictions")
CELLS = 1 << 22  # checked at a time: 32 MB
ENSEMBLE = Path("data/ensemble")
REFIT = "refit_test.parquet"  # in FOLDER: the refits' mean of test images; they have no out-of-fold


def path(fold: int, part: str, folder: Path = FOLDER) -> Path:
    """Where fold's predictions of `part` (oof or test) lie."""
    return folder / f"fold{fold}_{part}.parquet"


def folds(folder: Path = FOLDER) -> list[int]:
    """The folds that a finished folder of predictions has, ascending."""
    return sorted(int(file.name[4:-12]) for file in folder.glob("fold*_oof.parquet"))


def table(classes: int, task: str = "single") -> TableContract:
    """The contract for `classes` columns of a task's predictions."""
    names, rows = [f"p{i}" for i in range(classes)], max(1, CELLS // max(classes, 1))

    def holds(frame: pd.DataFrame) -> str | None:
        for start in range(0, len(frame), rows):
            some = frame[names].iloc[start : start + rows].to_numpy(np.float64)
            if (broken := registry.load(task).check(some)) is not None:
                return broken
        if not frame["image_id"].is_monotonic_increasing:
            return "rows are not sorted by image_id"
        return None

    fields = [pa.field("image_id", pa.string(), nullable=False)]
    fields += [pa.field(name, pa.float32(), nullable=False) for name in names]
    return TableContract(name="predictions", schema=pa.schema(fields), holds=holds)


def write(ids: list[str], probs: np.ndarray, file: Path, task: str = "single") -> None:
    """Writes a task's predictions (n, c) for `ids` in any order."""
    frame = pd.DataFrame(probs.astype(np.float32), columns=[f"p{i}" for i in range(probs.shape[1])])
    frame.insert(0, "image_id", ids)
    table(probs.shape[1], task).write(frame, file)


def read(file: Path, classes: int, task: str = "single") -> tuple[list[str], np.ndarray]:
    """(ids ascending, predictions float32 (n, c))."""
    frame = table(classes, task).read(file)
    return frame["image_id"].tolist(), frame.drop(columns="image_id").to_numpy(np.float32)
