"""Contrast, brightness, saturation, hue and greyscale as one affine map of colours, with one clipping."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from podium.images.pixels import Pixels

Range = tuple[float, float]

MIDDLE_GREY = 128.0  # contrast spreads the values about it
LUMA = np.array([0.114, 0.587, 0.299])  # of B, G, R: ITU-R BT.601
DRAWS = 6  # uniform numbers a copy takes, whatever is switched on
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])[
    :, ::-1
]  # of B, G, R


@dataclass(frozen=True)
class Tone:
    """The ranges that a copy's colours are drawn from. Factors are drawn uniformly."""

    contrast: Range = (1.0, 1.0)  # factor about middle grey
    shift: float = 0.0  # levels of 255, both ways, the same for all channels
    brightness: Range = (1.0, 1.0)  # factor
    saturation: Range = (1.0, 1.0)  # factor of the distance from grey
    hue: float = 0.0  # turn of the colour circle, both ways: 0.5 is the opposite colour
    grey: float = 0.0  # probability that colours go
    within: bool = False  # the shift clips to the image's own darkest and lightest value, as Keras does

    def __call__(self, pixels: Pixels, random: Generator) -> Pixels:
        """The image (h, w, 3), BGR, in other colours; unchanged where all ranges are idle."""
        u = random.random(DRAWS)
        if self.idle:
            return pixels
        if self.within and self.shift:
            pixels = _shifted(pixels, (2 * u[1] - 1) * self.shift)
            return _mapped(pixels, self.matrix(u, shift=0.0))
        return _mapped(pixels, self.matrix(u, self.shift))

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return self == Tone(within=self.within)

    def matrix(self, u: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
        """(3, 4): the map of (B, G, R, 1); u (6,) uniform in [0, 1)."""
        contrast, brightness = between(self.contrast, u[0]), between(self.brightness, u[2])
        saturation, hue = between(self.saturation, u[3]), (2 * u[4] - 1) * self.hue
        mix = np.eye(3)
        if hue:
            mix = _hue(hue)
        if saturation != 1 or self.grey:
            kept = 0.0 if u[5] < self.grey else saturation
            mix = (kept * np.eye(3) + (1 - kept) * LUMA[None, :]) @ mix
        offset = MIDDLE_GREY * (1 - contrast) + (2 * u[1] - 1) * shift
        columns = brightness * contrast * mix, np.full((3, 1), brightness * offset)
        product: NDArray[np.float64] = np.hstack(columns)
        return product


def between(limits: Range, u: float) -> float:
    """Uniform in the range, for a uniform u in [0, 1)."""
    return limits[0] + (limits[1] - limits[0]) * float(u)


def _mapped(pixels: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    return cv2.transform(pixels, matrix.astype(np.float32)).astype(np.uint8, copy=False)


def _shifted(pixels: Pixels, levels: float) -> Pixels:
    """keras-preprocessing's apply_channel_shift: one number for all channels."""
    table = np.clip(np.rint(np.arange(256) + levels), int(pixels.min()), int(pixels.max()))
    return cv2.LUT(pixels, table.astype(np.uint8)).astype(np.uint8, copy=False)


def _hue(turn: float) -> NDArray[np.float64]:
    """A rotation of the colour plane in YIQ, which leaves the luma as it is."""
    angle = radians(360 * turn)
    rotate = np.array([[1, 0, 0], [0, cos(angle), -sin(angle)], [0, sin(angle), cos(angle)]])
    product: NDArray[np.float64] = np.linalg.solve(YIQ, rotate @ YIQ)
    return product
