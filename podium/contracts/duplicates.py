"""data/clean/duplicates.parquet: images that show the same, over train, validation and test together."""

from pathlib import Path

import pyarrow as pa

from podium.contracts.table import TableContract, columns

PATH = Path("data/clean/duplicates.parquet")

DUPLICATES = TableContract(
    name="duplicates",
    schema=columns(
        image_id=pa.string(),
        group=pa.string(),  # the lowest image_id of the group
        kind=pa.string(),  # how this image is nearest to another of its group
        distance=pa.float32(),  # 0 for exact; else the distance to its nearest in the group
    ),
    choices={"kind": ("exact", "near")},
)
