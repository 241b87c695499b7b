"""data/index/rows.parquet: which images are one row of the submission; there only where rows have several.

A row is called by its first image. Its images share label, group and fold, and they vote for it: what is
scored, published and shown of predictions after the vote is that one image's.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from podium.contracts.table import TableContract, columns

PATH = Path("data/index/rows.parquet")


def _holds(frame: pd.DataFrame) -> str | None:
    first = frame.groupby("row")["image_id"].agg(["min", "count"])
    if (first["min"] != first.index).any():
        return "a row is not called by its first image"
    if (first["count"] < 2).any():
        return "a row has one image"
    return None


ROWS = TableContract(name="rows", schema=columns(image_id=pa.string(), row=pa.string()), holds=_holds)


def write(rows: dict[str, str], path: Path = PATH) -> None:
    """Writes image_id -> row; nothing where every image is a row of its own."""
    if rows:
        ROWS.write(pd.DataFrame(list(rows.items()), columns=["image_id", "row"]), path)


def read(path: Path = PATH) -> dict[str, str]:
    """image_id -> the first image of its row, for images that share one; empty where none does."""
    if not path.exists():
        return {}
    frame = ROWS.read(path)
    return dict(zip(frame["image_id"], frame["row"], strict=True))


def alone(frame: pd.DataFrame, rows: dict[str, str]) -> pd.DataFrame:
    """The lines of a table by image_id that stand for a row: of several images the first."""
    return frame[[rows.get(image_id, image_id) == image_id for image_id in frame["image_id"]]]
