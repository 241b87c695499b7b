"""data/index/origins.parquet: what tells where images come from: EXIF's words, frames, stamps."""

from pathlib import Path

import pyarrow as pa

from podium.contracts.table import TableContract, columns

PATH = Path("data/index/origins.parquet")

ORIGINS = TableContract(
    name="origins",
    schema=columns(
        image_id=pa.string(),
        camera=pa.string(),  # maker, model and serial number; empty where it does not say
        day=pa.string(),  # 20190731; empty where it does not say
        frame=pa.string(),  # as podium/images/marks.py tells it; empty where there is none
        corners=pa.string(),  # hashes of sharp corners; empty where no corner is
    ),
    version=2,
)
