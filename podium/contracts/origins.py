"""data/index/origins.parquet: camera and day of those images whose EXIF block says one."""

from pathlib import Path

import pyarrow as pa

from podium.contracts.table import Table, columns

PATH = Path("data/index/origins.parquet")

ORIGINS = Table(
    name="origins",
    schema=columns(
        image_id=pa.string(),
        camera=pa.string(),  # maker, model and serial number; empty where it does not say
        day=pa.string(),  # 20190731; empty where it does not say
    ),
)
