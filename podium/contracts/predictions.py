"""Class probabilities an image: fold<k>_{oof,test}.parquet of each fold, {oof,test}.parquet of the vote."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from podium.contracts.table import Table

FOLDER = Path("data/predictions")
FACTS = "facts.json"  # the network, the views that predict kept
ENSEMBLE = Path("data/ensemble")
TOLERANCE = 1e-4  # of a row's sum


def path(fold: int, part: str, folder: Path = FOLDER) -> Path:
    """Where fold's predictions of `part` (oof or test) lie."""
    return folder / f"fold{fold}_{part}.parquet"


def folds(folder: Path = FOLDER) -> list[int]:
    """The folds that a finished folder of predictions has, ascending."""
    return sorted(int(file.name[4:-12]) for file in folder.glob("fold*_oof.parquet"))


def table(classes: int) -> Table:
    """The contract for `classes` probability columns."""
    names = [f"p{i}" for i in range(classes)]

    def holds(frame: pd.DataFrame) -> str | None:
        probs = frame[names].to_numpy(np.float64)
        if not np.isfinite(probs).all() or (probs < 0).any():
            return "a probability is negative or not a number"
        if len(probs) and np.abs(probs.sum(1) - 1).max() > TOLERANCE:
            return f"a row's probabilities do not sum to 1 +- {TOLERANCE}"
        if not frame["image_id"].is_monotonic_increasing:
            return "rows are not sorted by image_id"
        return None

    fields = [pa.field("image_id", pa.string(), nullable=False)]
    fields += [pa.field(name, pa.float32(), nullable=False) for name in names]
    return Table(name="predictions", schema=pa.schema(fields), holds=holds)


def write(ids: list[str], probs: np.ndarray, file: Path) -> None:
    """Writes probs (n, k), each row summing to 1, for `ids` in any order."""
    frame = pd.DataFrame(probs.astype(np.float32), columns=[f"p{i}" for i in range(probs.shape[1])])
    frame.insert(0, "image_id", ids)
    table(probs.shape[1]).write(frame, file)


def read(file: Path, classes: int) -> tuple[list[str], np.ndarray]:
    """(ids ascending, probs float32 (n, k))."""
    frame = table(classes).read(file)
    return frame["image_id"].tolist(), frame.drop(columns="image_id").to_numpy(np.float32)
