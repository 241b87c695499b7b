"""data/index/labels.parquet: the labels as shipped, for train, validation and labelled test images."""

from pathlib import Path

import pyarrow as pa

from podium.contracts.table import TableContract, columns

PATH = Path("data/index/labels.parquet")

LABELS = TableContract(
    name="labels",
    schema=columns(
        image_id=pa.string(),
        label=pa.string(),  # the class name, one of competition.json's classes
        group_or_null=pa.string(),  # from a column of the user's: patient, video, session
    ),
)
