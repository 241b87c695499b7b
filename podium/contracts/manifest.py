"""data/augmented/manifest.parquet: every training image, copies too, and its place."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from podium.contracts import facts as contract
from podium.contracts.fold_numbers import HOLD_OUT
from podium.contracts.table import TableContract, columns

FOLDER = Path("data/augmented")
PATH = FOLDER / "manifest.parquet"


def _holds(frame: pd.DataFrame) -> str | None:
    originals = frame[frame["copy"] == 0]
    if (originals["image_id"] != originals["source_id"]).any():
        return "an original is not its own source"
    if ((frame["fold"] == HOLD_OUT) & (frame["copy"] > 0)).any():
        return "a hold-out image has a copy"
    home = originals.set_index("image_id")["fold"]
    if (frame["source_id"].map(home) != frame["fold"]).any():
        return "a copy is not in its source's fold"
    if (frame["weight"] < 0).any():
        return "a weight is negative"
    return None


MANIFEST = TableContract(
    name="manifest",
    schema=columns(
        image_id=pa.string(),  # copies: <source_id>#<copy>
        source_id=pa.string(),
        label=pa.int64(),  # what training sees
        label_given=pa.int64(),  # what scores are computed on
        weight=pa.float32(),  # in the loss; 0 = predicted, but not trained on
        fold=pa.int8(),  # its source's: -1 hold-out, -2 always train
        copy=pa.int32(),  # 0 = the original
        shard=pa.string(),  # path below data/: images/… for originals, augmented/… for copies
        offset=pa.int64(),
        length=pa.int64(),
        digest=pa.string(),  # of the encoded bytes: what caches are keyed by
    ),
    holds=_holds,
)


def training_rows(frame: pd.DataFrame, fold: int) -> pd.DataFrame:
    """What a model of `fold` learns from: other folds and always-train, originals and copies, weight > 0."""
    return frame[(frame["fold"] != fold) & (frame["fold"] != HOLD_OUT) & (frame["weight"] > 0)]


def validation_rows(frame: pd.DataFrame, fold: int) -> pd.DataFrame:
    """What `fold` is scored on: its originals, all of them, dropped and down-weighted ones included."""
    return frame[(frame["fold"] == fold) & (frame["copy"] == 0)]


def facts(folder: Path = FOLDER) -> dict[str, Any]:
    """What augment says of itself; empty where nothing ran."""
    found = contract.read(contract.Augmented, folder)
    return {} if found is None else found.model_dump()
