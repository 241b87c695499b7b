"""data/index/images.parquet: every image that was shipped, and data/images/: its stored form.

Ingest decodes each shipped image once and stores it at most `image.storage_size` on its short side;
every later stage reads the stored form through `shard`, `offset`, `length`. Unreadable images have none.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from podium.contracts.table import TableContract, columns

PATH = Path("data/index/images.parquet")
SHARDS = Path("data/images")
SUBSETS = ("train", "validation", "test", "unlabelled")


def _holds(frame: pd.DataFrame) -> str | None:
    prefix = frame["image_id"].str.partition("/")[0]
    if (prefix != frame["subset"]).any():
        return "an image_id does not start with its subset"
    stored = frame["length"] > 0
    if (stored != (frame["status"] != "unreadable")).any():
        return "a readable image has no stored bytes, or an unreadable one has some"
    if (stored != (frame["digest"] != "")).any():
        return "a stored image has no digest, or one that is not stored has one"
    return None


IMAGES = TableContract(
    name="images",
    schema=columns(
        image_id=pa.string(),  # <subset>/<path inside raw>
        submission_id_or_null=pa.string(),  # what the submission calls a test image
        subset=pa.string(),
        path=pa.string(),  # inside raw, with /
        width=pa.int32(),  # pixels as shipped, after EXIF rotation; 0 where unreadable
        height=pa.int32(),
        sha256=pa.string(),  # of the shipped bytes
        pixels=pa.string(),  # digest of the decoded pixels; empty where unreadable
        phash=pa.uint64(),  # 64-bit perceptual hash; 0 where unreadable
        status=pa.string(),
        note=pa.string(),  # what was repaired, or why it cannot be read
        shard=pa.string(),  # file name in data/images
        offset=pa.int64(),
        length=pa.int64(),  # bytes; 0 where unreadable
        digest=pa.string(),  # SHA-256 of the stored bytes: what caches are keyed by; empty where unreadable
    ),
    version=2,
    choices={"subset": SUBSETS, "status": ("ok", "repaired", "unreadable")},
    holds=_holds,
)


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of images that could be opened, numbered anew."""
    return frame[frame["length"] > 0].reset_index(drop=True)


def median_short_side(frame: pd.DataFrame) -> float:
    """Pixels, of the readable images as they were shipped."""
    return float(readable(frame)[["width", "height"]].min(axis=1).median())


def below_data(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with `shard` as the manifest has it: a path below data/."""
    return frame.assign(shard=f"{SHARDS.name}/" + frame["shard"])
