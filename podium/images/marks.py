"""What a source leaves in its pictures: a frame of one colour, and small sharp pictures in the corners.

Both are only described here; that many images bear the same one is for the folds to find.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from podium.images.pixels import Pixels

NEAR = 12  # of 255: within it a pixel has the frame's colour, as JPEG leaves it
LINES = 16  # looked at together
UNIFORM = 0.98  # of a line's pixels have the colour
APART = 32  # of 255: beyond it a pixel is no frame
DRAWN = 0.25  # of the first line behind a frame is apart from it, at least
SHARP = 0.8  # of what is apart some lines on is so at the edge: else things stand on a plain ground
BLUR = 9  # lines at a frame's edge that may be a mixture of both: JPEG's blocks are of 8
STEPS = 32  # of a side, in which a frame's width is told
SMALLEST = 64  # pixels of the short side: below it a frame is the picture's own ground, and nobody stamps
PATCH = (8, 4)  # a corner is this part of the short side high, and that part wide
BLOCKS = 8  # a side of a corner's hash: 64 bits
CONTRAST = 48  # of 255, between the darkest and the brightest block
NONE = "-"
TURNS = 20  # neighbouring blocks of 112 that differ, at least: a plain gradient has 8 to 16


@dataclass(frozen=True)
class Marks:
    """Empty where there is none."""

    frame: str = (
        ""  # widths of top, right, bottom, left in 32nds of the side, and colours: 4:000000 - 4:000000 -
    )
    corners: str = ""  # hashes of the four corners, clockwise from the upper left: 16 hex digits or -


def marks(pixels: Pixels) -> Marks:
    """The frame and the corners of an upright RGB image."""
    short = min(pixels.shape[:2])
    return Marks() if short < SMALLEST else Marks(_frame(pixels), _corners(pixels, short))


def _frame(pixels: Pixels) -> str:
    sides = (pixels, pixels.transpose(1, 0, 2)[::-1], pixels[::-1], pixels.transpose(1, 0, 2))
    told = [_strip(side) for side in sides]
    return " ".join(strip or NONE for strip in told) if any(told) else ""


def _strip(pixels: Pixels) -> str:
    """The frame along the first line: width:colour; empty where there is none."""
    line, half = pixels[0], len(pixels) // 2
    few = zip(line[0].tolist(), line[len(line) // 2].tolist(), line[-1].tolist(), strict=True)
    if any(max(levels) - min(levels) > 2 * NEAR for levels in few):
        return ""  # most pictures: told at once
    colour = np.median(line, axis=0)
    if _share(line[None], colour, NEAR)[0] < UNIFORM:
        return ""
    plain = 0
    while plain < half:
        lines = pixels[plain : min(plain + LINES, half)]
        alike = _share(lines, colour, NEAR) >= UNIFORM
        plain += len(lines) if alike.all() else int(alike.argmin())
        if not alike.all():
            break
    if not 0 < plain < half:
        return ""  # none, or half the picture is plain
    behind = 1 - _share(pixels[plain : plain + 2 * BLUR + 1], colour, APART)
    drawn = behind[: BLUR + 1] >= DRAWN
    edge = int(drawn.argmax())
    if not drawn.any() or behind[edge : edge + 2].max() < SHARP * behind[-1]:
        return ""
    width = plain + edge
    shade = "".join(f"{int(level) // APART * APART:02x}" for level in colour)
    return f"{max(1, round(STEPS * width / len(pixels)))}:{shade}"


def _share(lines: Pixels, colour: NDArray[np.float64], apart: int) -> NDArray[np.float64]:
    """Of the pixels of each line, those within `apart` of the colour."""
    inside = cv2.inRange(np.ascontiguousarray(lines), colour - apart, colour + apart)
    return np.asarray(cv2.reduce(inside, 1, cv2.REDUCE_AVG, dtype=cv2.CV_64F)[:, 0] / 255)


def _corners(pixels: Pixels, short: int) -> str:
    high, wide = (short // part for part in PATCH)
    patches = (pixels[:high, :wide], pixels[:high, -wide:], pixels[-high:, -wide:], pixels[-high:, :wide])
    small = [cv2.resize(patch, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA) for patch in patches]
    told = _hashes(np.array([cv2.cvtColor(blocks, cv2.COLOR_RGB2GRAY) for blocks in small]))
    return " ".join(told) if any(found != NONE for found in told) else ""


def _hashes(corners: NDArray[np.uint8]) -> list[str]:
    """Which blocks are bright, of each corner (n, 8, 8) with sharp contrasts; a dash for any other."""
    low, high = corners.min((1, 2)).astype(np.int16), corners.max((1, 2)).astype(np.int16)
    sharp = high - low >= CONTRAST
    if not sharp.any():
        return [NONE] * len(corners)
    bright = 2 * corners.astype(np.int16) > (low + high)[:, None, None]
    turns = (bright[:, 1:] != bright[:, :-1]).sum((1, 2)) + (bright[:, :, 1:] != bright[:, :, :-1]).sum(
        (1, 2)
    )
    kept = sharp & (turns >= TURNS)
    return [
        np.packbits(one).tobytes().hex() if keep else NONE for one, keep in zip(bright, kept, strict=True)
    ]
