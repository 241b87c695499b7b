"""Stored images as small pictures inside the page."""

import base64
from pathlib import Path
from typing import Any

from podium.images.pixels import Pixels, decode, encode, shrink
from podium.images.shards import Reader

SIDE = 96  # pixels of the short side
QUALITY = 80


class Album:
    """Pictures by image_id, of originals and of copies."""

    def __init__(self, data: Path = Path("data")) -> None:
        self._reader = Reader(data)

    def original(self, row: Any) -> str:
        """The picture of a row of images.parquet as a data URI, empty where it cannot be read."""
        return self.place(f"images/{row['shard']}", int(row["offset"]), int(row["length"]))

    def place(self, shard: str, offset: int, length: int) -> str:
        """The picture at a place below data/ as a data URI, empty where there is none."""
        if length == 0:
            return ""
        return data_uri(decode(self._reader.read(shard, offset, length)))


def data_uri(pixels: Pixels, side: int | None = SIDE) -> str:
    """An image written into an address, its short side shrunk to `side` (None: as large as it is)."""
    return jpeg_uri(encode(pixels if side is None else shrink(pixels, side), ".jpg", QUALITY))


def jpeg_uri(data: bytes) -> str:
    """A JPEG's bytes written into an address."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()
