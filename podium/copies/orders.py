"""Which copies are wanted: of which image, which number, and of which part of it."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from podium.images.pixels import Pixels

CROPPED = 1_000_000  # numbers of copies of a part start beyond it: more plain copies do not renumber them


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an image, as shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def cut(self, pixels: Pixels) -> Pixels:
        """The part, at least one pixel."""
        height, width = pixels.shape[:2]
        left, top = min(int(self.left * width), width - 1), min(int(self.top * height), height - 1)
        right, bottom = max(round(self.right * width), left + 1), max(round(self.bottom * height), top + 1)
        return np.ascontiguousarray(pixels[top:bottom, left:right])

    def key(self, digest: str) -> str:
        """Names this part of the image of that digest, as a digest does a whole one."""
        return sha256(f"{digest}/{self.left}/{self.top}/{self.right}/{self.bottom}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """One wanted copy: the row of its original, its number from 1 on, and the part it shows (None: all)."""

    row: int
    number: int
    box: Box | None = None


def plain(copies: np.ndarray) -> list[CopyOrder]:
    """The orders of a plan: copies (n,) of whole images."""
    return [CopyOrder(row, number) for row, count in enumerate(copies) for number in range(1, int(count) + 1)]
