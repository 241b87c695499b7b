"""data/pseudo/labels.parquet: labels that a teacher gave, one set a fold of the student."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from podium.contracts.table import Table

PATH = Path("data/pseudo/labels.parquet")


def table(classes: int) -> Table:
    """The contract for `classes` probability columns. A row is for one fold's student."""
    names = [f"p{i}" for i in range(classes)]

    def holds(frame: pd.DataFrame) -> str | None:
        probs = frame[names].to_numpy(np.float64)
        if len(probs) and (not np.isfinite(probs).all() or np.abs(probs.sum(1) - 1).max() > 1e-4):
            return "a row's probabilities do not sum to 1"
        return None

    fields = [("image_id", pa.string()), ("fold", pa.int8()), *((name, pa.float32()) for name in names)]
    fields += [("weight", pa.float32()), ("teacher", pa.string())]  # the teacher's full revision
    schema = pa.schema(pa.field(name, kind, nullable=False) for name, kind in fields)
    return Table(name="pseudo-labels", schema=schema, key=("image_id", "fold"), holds=holds)
