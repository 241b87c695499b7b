"""data/index/columns.parquet: what tables tell of labelled and test images beside the label, as text.

It exists only where a column may help; competition.json's findings say which were left out, and why.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from podium.contracts.table import TableContract

PATH = Path("data/index/columns.parquet")


def table(names: list[str]) -> TableContract:
    """The contract for columns of these names; null where a table says nothing of an image."""
    fields = [pa.field("image_id", pa.string(), nullable=False)]
    return TableContract("columns", pa.schema(fields + [pa.field(name, pa.string()) for name in names]))


def write(frame: pd.DataFrame, path: Path = PATH) -> None:
    """Writes image_id and a column each; nothing where there are none."""
    names = [str(name) for name in frame.columns if name != "image_id"]
    if names:
        table(names).write(frame, path)


def read(path: Path = PATH) -> pd.DataFrame:
    """The columns by image_id (the index); none where no column may help."""
    if not path.exists():
        return pd.DataFrame(index=pd.Index([], name="image_id"))
    names = [name for name in pq.read_schema(path).names if name != "image_id"]
    return table(names).read(path).set_index("image_id")
