"""Images as arrays: bytes to RGB pixels and back, shrunk or made square. Hostile until decoded."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (height, width, 3), RGB
Resize = Literal["squash", "crop", "pad"]

STORED = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION  # what ingest stores is upright as it is
STRIP = 8  # times the short side from which on a picture is a strip
ROOM = 4  # times the square's side that a strip keeps before it is padded
INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4}


def decode(data: bytes) -> Pixels:
    """RGB pixels of a stored image (one that ingest wrote). Raises ValueError for anything else."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), STORED)
    if found is None:
        raise ValueError("not an image that OpenCV can decode")
    return found.astype(np.uint8, copy=False)


def encode(pixels: Pixels, suffix: str = ".jpg", quality: int = 95) -> bytes:
    """The image in the format of `suffix` (.jpg, .png, .webp); quality [1, 100] for the lossy ones."""
    options = {".jpg": [cv2.IMWRITE_JPEG_QUALITY, quality], ".webp": [cv2.IMWRITE_WEBP_QUALITY, quality]}
    done, data = cv2.imencode(suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options.get(suffix, []))
    assert done, f"OpenCV did not encode {suffix}"
    return data.tobytes()


def shrink(pixels: Pixels, short_side: int) -> Pixels:
    """The image with its short side at most `short_side` pixels; smaller ones stay as they are."""
    height, width = pixels.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _shorter(pixels: Pixels, size: int) -> Pixels:
    """A strip whose square would take gigabytes (1 x 20,000 pixels: 1.2), with a shorter long side first."""
    height, width = pixels.shape[:2]
    long, short = max(height, width), min(height, width)
    if long <= STRIP * short or long <= ROOM * size:
        return pixels
    scale = ROOM * size / long
    less = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, less, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def square(pixels: Pixels, size: int, resize: Resize = "squash", interpolation: str = "bicubic") -> Pixels:
    """(size, size, 3): squashed, centre-cropped, or padded with its border's reflection."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    if resize == "crop":
        top, left = (height - side) // 2, (width - side) // 2
        pixels = pixels[top : top + side, left : left + side]
    elif resize == "pad" and height != width:
        pixels = _shorter(pixels, size)
        height, width = pixels.shape[:2]
        long = max(height, width)
        top, left = (long - height) // 2, (long - width) // 2
        pixels = cv2.copyMakeBorder(
            pixels, top, long - height - top, left, long - width - left, cv2.BORDER_REFLECT
        ).astype(np.uint8, copy=False)
    if pixels.shape[:2] == (size, size):
        return pixels
    shrinks = min(pixels.shape[:2]) > size
    how = cv2.INTER_AREA if shrinks else INTERPOLATIONS.get(interpolation, cv2.INTER_CUBIC)
    return cv2.resize(pixels, (size, size), interpolation=how).astype(np.uint8, copy=False)
