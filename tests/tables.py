"""Tables of the contracts, of which a test says what it cares for."""

import pandas as pd

from podium.contracts.images import IMAGES

PLAIN = {"submission_id": None, "width": 32, "height": 32, "sha256": "0", "pixels": "0", "phash": 0,
         "note": "", "shard": "images-0000.tar", "offset": 0, "length": 1}  # fmt: skip


def images(**columns: object) -> pd.DataFrame:
    """Rows of images.parquet: image_id and what else is given; the rest is that of plain, readable images."""
    frame = pd.DataFrame(columns)
    frame = frame.assign(**{name: value for name, value in PLAIN.items() if name not in frame})
    parts = frame["image_id"].str.partition("/")
    stored = frame["length"] > 0
    told = {
        "subset": parts[0],
        "path": parts[2],
        "status": stored.map({True: "ok", False: "unreadable"}),
        "digest": stored.map({True: "0", False: ""}),
    }
    frame = frame.assign(**{name: values for name, values in told.items() if name not in frame})
    return frame[IMAGES.schema.names].astype({"phash": "uint64"})
