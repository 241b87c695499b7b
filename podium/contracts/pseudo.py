"""data/pseudo/labels.parquet: labels that a teacher gave, one set a fold of the student."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from podium.contracts.table import TableContract
from podium.tasks import registry

PATH = Path("data/pseudo/labels.parquet")


def table(classes: int, task: str = "single") -> TableContract:
    """The contract for `classes` columns of a task's predictions. A row is for one fold's student."""
    names = [f"p{i}" for i in range(classes)]

    def holds(frame: pd.DataFrame) -> str | None:
        return registry.load(task).check(frame[names].to_numpy(np.float64))

    fields = [("image_id", pa.string()), ("fold", pa.int8()), *((name, pa.float32()) for name in names)]
    fields += [("weight", pa.float32()), ("teacher", pa.string())]  # the teacher's full revision
    schema = pa.schema(pa.field(name, kind, nullable=False) for name, kind in fields)
    return TableContract(name="pseudo-labels", schema=schema, key=("image_id", "fold"), holds=holds)
