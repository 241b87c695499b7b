"""The one rule for what is stored of an image: by ingest, and by an exported bundle on the same bytes."""

import hashlib

import numpy as np

from podium.images.opening import Opened
from podium.images.pixels import Pixels, encode, shrink

LOSSLESS = ("png", "gif", "bmp", "pnm", "tiff", "dicom", "npy", "bands")


def as_stored(image: Opened, data: bytes, short_side: int, suffix: str, quality: int) -> bytes:
    """`data` itself where it is plain and small enough, else shrunk to `short_side` pixels and encoded anew.

    suffix: .jpg, .png or .webp; a small drawing stays exact whatever it says.
    """
    if image.plain and min(image.pixels.shape[:2]) <= short_side:
        return data[: image.length]
    small = shrink(image.pixels, short_side)
    exact = image.format in LOSSLESS and small is image.pixels
    return encode(small, ".png" if exact else suffix, quality)


def pixel_digest(pixels: Pixels, width: int, height: int) -> str:
    """Of the decoded pixels and the shipped size: equal for the same picture in different files."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{height}x{width}".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
