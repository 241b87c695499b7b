"""Rotation, shifts, shear, zoom and flips as one affine map, brightness and contrast as one table.

One resampling instead of several: faster, and it blurs once. The wrapped border is laid around a source
once for all its copies, because OpenCV's own wrapped border leaves the fast path.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, cos, hypot, radians, sin
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from podium.images import Pixels

Border = Literal["reflect", "nearest", "wrap", "constant"]
Range = tuple[float, float]

BORDERS = {
    "reflect": cv2.BORDER_REFLECT,
    "nearest": cv2.BORDER_REPLICATE,
    "wrap": cv2.BORDER_WRAP,
    "constant": cv2.BORDER_CONSTANT,
}
KERAS_PIVOT = 0.5  # ImageDataGenerator turns about height / 2 + 0.5, one pixel beyond the middle
MIDDLE = -0.5
DRAWS = 12  # uniform numbers a copy takes, whatever is switched on: settings do not shift each other's draws


@dataclass(frozen=True)
class Geometry:
    """The ranges of one affine map, in ImageDataGenerator's terms."""

    rotation: float = 0.0  # degrees, both ways
    height_shift: float = 0.0  # share of the height, both ways
    width_shift: float = 0.0  # share of the width, both ways
    shear: float = 0.0  # degrees, both ways
    zoom: Range = (1.0, 1.0)  # extent of the part that is seen: below 1 is nearer
    same_zoom: bool = False  # one factor for both axes; Keras draws one for each
    horizontal_flip: bool = False
    vertical_flip: bool = False
    border: Border = "reflect"
    fill: int = 0  # of the constant border, [0, 255]
    pivot: float = MIDDLE
    cubic: bool = False  # else bilinear


@dataclass(frozen=True)
class Tone:
    """The ranges of one tone curve: (value - 128) * contrast + 128, then * brightness, then + shift."""

    brightness: Range = (1.0, 1.0)
    contrast: Range = (1.0, 1.0)
    shift: float = 0.0  # levels of 255, both ways

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return self == Tone()


@dataclass(frozen=True)
class Warp:
    """A policy of one affine map and one tone curve."""

    geometry: Geometry = Geometry()
    tone: Tone = Tone()

    def __call__(self, source: Pixels, generators: Iterable[Generator]) -> Iterator[Pixels]:
        """One copy a generator; all have the source's size."""
        height, width = source.shape[:2]
        flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_CUBIC if self.geometry.cubic else cv2.INTER_LINEAR)
        border = BORDERS[self.geometry.border]
        margin = self._margin(height, width)
        if margin:
            source = cv2.copyMakeBorder(source, margin, margin, margin, margin, border)  # type: ignore[assignment]
        for generator in generators:
            u = generator.random(DRAWS)
            matrix = affine(self.geometry, height, width, u)
            matrix[:, 2] += margin
            fill = (self.geometry.fill,) * 3
            copy = cv2.warpAffine(
                source, matrix, (width, height), flags=flags, borderMode=border, borderValue=fill
            )
            yield _toned(copy.astype(np.uint8, copy=False), self.tone, u)

    def _margin(self, height: int, width: int) -> int:
        """How far a wrapped border must reach so that no map looks beyond it; 0 for other borders."""
        if self.geometry.border != "wrap":
            return 0
        return _reach(self.geometry, height, width)


def affine(geometry: Geometry, height: int, width: int, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): where in the source a copy's (x, y) comes from. u (12,) uniform in [0, 1)."""
    theta, shear = (
        radians(_between(limit, v)) for limit, v in ((geometry.rotation, u[0]), (geometry.shear, u[3]))
    )
    down = _between(geometry.height_shift, u[1]) * height
    right = _between(geometry.width_shift, u[2]) * width
    zoom_y = geometry.zoom[0] + (geometry.zoom[1] - geometry.zoom[0]) * u[4]
    zoom_x = zoom_y if geometry.same_zoom else geometry.zoom[0] + (geometry.zoom[1] - geometry.zoom[0]) * u[5]
    matrix = keras_matrix(theta, down, right, shear, zoom_y, zoom_x, height, width, geometry.pivot)
    if geometry.horizontal_flip and u[6] < 0.5:
        matrix = matrix @ np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])
    if geometry.vertical_flip and u[7] < 0.5:
        matrix = matrix @ np.array([[1.0, 0, 0], [0, -1, height - 1], [0, 0, 1]])
    return matrix[:2]


def keras_matrix(
    theta: float,
    down: float,
    right: float,
    shear: float,
    zoom_y: float,
    zoom_x: float,
    height: int,
    width: int,
    pivot: float,
) -> NDArray[np.float64]:
    """(3, 3) in (x, y): rotation, shift, shear, zoom in ImageDataGenerator's order; angles in radians.

    keras-preprocessing 1.1.2 (affine_transformations.py) writes the same product in (row, column).
    """
    rotate = np.array([[cos(theta), sin(theta), 0], [-sin(theta), cos(theta), 0], [0, 0, 1]])
    shift = np.array([[1, 0, right], [0, 1, down], [0, 0, 1]])
    sheared = np.array([[cos(shear), 0, 0], [-sin(shear), 1, 0], [0, 0, 1]])
    zoomed = np.diag([zoom_x, zoom_y, 1])
    x, y = width / 2 + pivot, height / 2 + pivot
    there = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    back = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    product: NDArray[np.float64] = there @ rotate @ shift @ sheared @ zoomed @ back
    return product


def _between(limit: float, u: float) -> float:
    """Uniform in [-limit, limit)."""
    return (2 * float(u) - 1) * limit


def _reach(geometry: Geometry, height: int, width: int) -> int:
    """Pixels: a bound on how far outside the source any map of the geometry reads."""
    half = hypot(height, width) / 2 * max(geometry.zoom) * (1 + abs(sin(radians(geometry.shear))))
    shift = hypot(geometry.height_shift * height, geometry.width_shift * width)
    return ceil(half + shift - min(height, width) / 2) + 3


def _toned(pixels: Pixels, tone: Tone, u: NDArray[np.float64]) -> Pixels:
    if tone.idle:
        return pixels
    brightness = tone.brightness[0] + (tone.brightness[1] - tone.brightness[0]) * u[8]
    contrast = tone.contrast[0] + (tone.contrast[1] - tone.contrast[0]) * u[9]
    levels = (np.arange(256) - 128) * contrast + 128
    levels = levels * brightness + _between(tone.shift, u[10])
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return cv2.LUT(pixels, table).astype(np.uint8, copy=False)
