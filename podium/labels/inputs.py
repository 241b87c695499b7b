"""The readable images, their vectors and their shipped labels, all sorted by image_id."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.foundation.errors import UserError
from podium.images.shards import Reader

LABELLED = ("train", "validation")  # a test image's label, where one was shipped, is never learnt from


def readable(images: pd.DataFrame) -> pd.DataFrame:
    """Images that could be decoded, sorted by image_id."""
    kept = images[images["status"] != "unreadable"]
    return kept.sort_values("image_id", kind="stable").reset_index(drop=True)


def labelled(labels: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Labels of readable train and validation images, sorted. Raises UserError where there is none."""
    ours = every.loc[every["subset"].isin(LABELLED), "image_id"]
    kept = labels[labels["image_id"].isin(ours)].sort_values("image_id", kind="stable")
    if kept.empty:
        raise UserError("no readable training image has a label: look at data/index/images.parquet.")
    return kept.reset_index(drop=True)


def vectors_of(every: pd.DataFrame, ids: list[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The embedding of each row of `every` (n, d). Raises UserError where one is missing."""
    place = {image_id: row for row, image_id in enumerate(ids)}
    missing = [image_id for image_id in every["image_id"] if image_id not in place]
    if missing:
        raise UserError(
            f"data/embeddings has no vector for {missing[0]!r} ({len(missing)} missing): "
            f"run `dvc repro -f embed`."
        )
    rows = [place[image_id] for image_id in every["image_id"]]
    if rows == list(range(len(vectors))):
        return vectors  # as they lie on the disk, mapped: no copy of all of them in memory
    return np.ascontiguousarray(vectors[rows])


def pictures(every: pd.DataFrame, shards: Path) -> Callable[[str], bytes]:
    """A function from an image_id to its stored, encoded bytes."""
    reader = Reader(shards)
    columns = (every[name].tolist() for name in ("image_id", "shard", "offset", "length"))
    places = {image_id: place for image_id, *place in zip(*columns, strict=True)}
    return lambda image_id: reader.read(*places[image_id])
