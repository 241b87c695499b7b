"""The readable images, their vectors and their shipped labels, all sorted by image_id."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from podium.foundation.errors import UserError
from podium.images.shards import Reader

LABELLED = ("train", "validation")  # a test image's label, where one was shipped, is never learnt from


def labelled(labels: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Labels of readable train and validation images, sorted. Raises UserError where there is none."""
    ours = every.loc[every["subset"].isin(LABELLED), "image_id"]
    kept = labels[labels["image_id"].isin(ours)].sort_values("image_id", kind="stable")
    if kept.empty:
        raise UserError("no readable training image has a label: look at data/index/images.parquet.")
    return kept.reset_index(drop=True)


def pictures(every: pd.DataFrame, shards: Path) -> Callable[[str], bytes]:
    """A function from an image_id to its stored, encoded bytes."""
    reader = Reader(shards)
    columns = (every[name].tolist() for name in ("image_id", "shard", "offset", "length"))
    places = {image_id: place for image_id, *place in zip(*columns, strict=True)}
    return lambda image_id: reader.read(*places[image_id])
