"""Rotation, shifts, shear, zoom and flips as one affine map: one resampling instead of several.

Measured with OpenCV 5.0 on an EPYC core at 224 px: a warp of four channels takes 240 us, of three 500 us,
with the same bits in the three that count; so sources get a fourth channel, once for all their copies. A
wrapped border leaves the fast path (410 us): it is laid around the source once instead.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, cos, hypot, radians, sin
from typing import Any, Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from podium.augmentations.tone import Range, Tone, between
from podium.images.pixels import Pixels

Border = Literal["reflect", "nearest", "wrap", "constant"]

BORDERS = {
    "reflect": cv2.BORDER_REFLECT,
    "nearest": cv2.BORDER_REPLICATE,
    "wrap": cv2.BORDER_WRAP,
    "constant": cv2.BORDER_CONSTANT,
}
MIDDLE = -0.5  # the pivot: height / 2 - 0.5 is the middle of the pixels 0 to height - 1
KERAS_PIVOT = 0.5  # ImageDataGenerator turns about height / 2 + 0.5, one pixel beyond it
FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
DRAWS = 10  # uniform numbers a copy takes, whatever is switched on: no setting shifts another's draws


@dataclass(frozen=True)
class AxisShift:
    """How far an axis may be shifted: uniform within a limit, or one of several values with either sign."""

    limit: float = 0.0
    choices: tuple[float, ...] = ()
    of_side: bool = True  # numbers are shares of the side; else pixels

    def draw(self, u: float, sign: float, side: int) -> float:
        """Pixels, for uniform u and sign in [0, 1)."""
        if self.choices:
            value = self.choices[int(u * len(self.choices))] * (1 if sign < 0.5 else -1)
        else:
            value = (2 * u - 1) * self.limit
        return value * side if self.of_side else value

    def most(self, side: int) -> float:
        """Pixels: the largest shift."""
        value = max((abs(choice) for choice in self.choices), default=abs(self.limit))
        return value * side if self.of_side else value

    @property
    def share(self) -> float:
        """The largest shift as a share of the side; 0 where it is told in pixels."""
        return self.most(1) if self.of_side else 0.0


@dataclass(frozen=True)
class Geometry:
    """The ranges of one affine map, in ImageDataGenerator's terms."""

    rotation: float = 0.0  # degrees, both ways
    down: AxisShift = AxisShift()
    right: AxisShift = AxisShift()
    shear: float = 0.0  # degrees, both ways
    zoom: Range = (1.0, 1.0)  # extent of the part that is seen: below 1 is nearer
    same_zoom: bool = False  # one factor for both axes; Keras draws one for each
    horizontal_flip: bool = False  # with probability 0.5
    vertical_flip: bool = False
    border: Border = "reflect"
    fill: int = 0  # of the constant border, [0, 255]
    pivot: float = MIDDLE

    @property
    def reach(self) -> dict[str, Any]:
        """What test-time views may show as well: degrees, share of the side, extents of what is seen."""
        return {
            "rotation": self.rotation,
            "shift": min(self.down.share, self.right.share),
            "zoom": sorted(self.zoom),
        }

    @property
    def idle(self) -> bool:
        """Whether every copy shows its source's pixels where they were."""
        return self == Geometry(
            border=self.border, fill=self.fill, pivot=self.pivot, same_zoom=self.same_zoom
        )


@dataclass(frozen=True)
class Warp:
    """A policy of one affine map and one map of colours."""

    geometry: Geometry
    tone: Tone

    @property
    def idle(self) -> bool:
        """Whether every copy would equal its source."""
        return self.geometry.idle and self.tone.idle

    def problem(self, sources: list[Pixels]) -> str | None:
        """Why no copy can be made, or None; no image is unfit for a warp."""
        return (
            "all its ranges are 0 and it may not flip, so that copies would equal their sources"
            if self.idle
            else None
        )

    def __call__(self, source: Pixels, generators: Iterable[Generator]) -> Iterator[Pixels]:
        """One copy a generator; all have the source's size."""
        height, width = source.shape[:2]
        border = BORDERS[self.geometry.border]
        margin = reach(self.geometry, height, width) if self.geometry.border == "wrap" else 0
        canvas = cv2.cvtColor(source, cv2.COLOR_BGR2BGRA)
        if margin:
            canvas = cv2.copyMakeBorder(canvas, margin, margin, margin, margin, border)
        fill = (self.geometry.fill,) * 3
        for generator in generators:
            matrix = affine(self.geometry, height, width, generator.random(DRAWS).tolist())
            if self.geometry.idle:
                copy = source
            else:
                matrix[:, 2] += margin
                warped = cv2.warpAffine(
                    canvas, matrix, (width, height), flags=FLAGS, borderMode=border, borderValue=fill
                )
                copy = cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)
            yield self.tone(copy, generator)


def affine(geometry: Geometry, height: int, width: int, u: Sequence[float]) -> NDArray[np.float64]:
    """(2, 3): where in the source a copy's (x, y) comes from. u (10,) uniform in [0, 1)."""
    down = geometry.down.draw(u[1], u[8], height)
    right = geometry.right.draw(u[2], u[9], width)
    zoom_y = between(geometry.zoom, u[4])
    zoom_x = zoom_y if geometry.same_zoom else between(geometry.zoom, u[5])
    theta, shear = radians((2 * u[0] - 1) * geometry.rotation), radians((2 * u[3] - 1) * geometry.shear)
    pivot = width / 2 + geometry.pivot, height / 2 + geometry.pivot
    xx, xy, x, yx, yy, y = composed(theta, down, right, shear, zoom_y, zoom_x, pivot)
    if geometry.horizontal_flip and u[6] < 0.5:
        x, xx, y, yx = x + xx * (width - 1), -xx, y + yx * (width - 1), -yx
    if geometry.vertical_flip and u[7] < 0.5:
        x, xy, y, yy = x + xy * (height - 1), -xy, y + yy * (height - 1), -yy
    return np.array([[xx, xy, x], [yx, yy, y]])


def composed(
    theta: float,
    down: float,
    right: float,
    shear: float,
    zoom_y: float,
    zoom_x: float,
    pivot: tuple[float, float],
) -> tuple[float, float, float, float, float, float]:
    """(xx, xy, x, yx, yy, y) of x' = xx x + xy y + x and y' alike; angles in radians, pivot (x, y).

    ImageDataGenerator's product rotation @ shift @ shear @ zoom about its pivot, which keras-preprocessing
    1.1.2 (affine_transformations.py) writes in (row, column). Plain numbers: numpy takes ten times as long.
    """
    c, s = cos(theta), sin(theta)
    shear_c, shear_s = cos(shear), sin(shear)
    xx, xy = (c * shear_c - s * shear_s) * zoom_x, s * zoom_y
    yx, yy = (-s * shear_c - c * shear_s) * zoom_x, c * zoom_y
    x = c * right + s * down + pivot[0] - xx * pivot[0] - xy * pivot[1]
    y = -s * right + c * down + pivot[1] - yx * pivot[0] - yy * pivot[1]
    return xx, xy, x, yx, yy, y


def reach(geometry: Geometry, height: int, width: int) -> int:
    """Pixels: a bound on how far outside the source any map of the geometry reads."""
    half = hypot(height, width) / 2 * max(geometry.zoom) * (1 + sin(radians(geometry.shear)))
    shift = hypot(geometry.down.most(height), geometry.right.most(width))
    return ceil(half + shift - min(height, width) / 2) + 3
