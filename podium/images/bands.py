"""TIFFs that usual readers refuse or garble: many bands, bands one after the other, rare kinds of numbers.

The packed numbers are handed to OpenCV as one grey picture under a header of our own, so that its library
undoes whatever packing there is; what they mean is then ours to say.
"""

import struct
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from podium.images.arrays import MOST_BANDS, as_picture, picture_size, said
from podium.images.kinds import Unreadable
from podium.images.measured import Measured, Values

WIDTH, HEIGHT, BITS, PACKING, LIGHT = 256, 257, 258, 259, 262
OFFSETS, BANDS, ROWS, COUNTS, PLANES, PREDICTOR = 273, 277, 278, 279, 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS, NUMBERS = 322, 323, 324, 325, 339
FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}  # TIFF's types of whole numbers, and letters
KINDS = {1: "u", 2: "i", 3: "f"}  # sample formats: unsigned, signed, float
CARRIERS = {1: np.uint8, 2: np.uint16, 4: np.float32, 8: np.float64}  # bytes a value -> OpenCV's type
EXACT = {1, 5, 8, 32773, 32946, 34925, 50000}  # ways of packing that say nothing of pictures, as JPEG does
EXTRA, UNSAID = 338, (0,)  # the tag of what a fourth band is, and that nothing is said of it
COLOURS = 2
MEASURED = (0, 1, COLOURS)  # lights that are values: white is zero, black is zero, RGB
GREYS = {"u1", "u2", "i2", "u4", "i4", "f4"}  # of one band: what Pillow and OpenCV read as they are
APART, DIFFERENCES = 2, 2  # of PLANES: band after band; of PREDICTOR: each value less its neighbour


@dataclass(frozen=True)
class Layout:
    """What a TIFF's first directory says."""

    tags: dict[int, tuple[int, ...]]
    order: str  # < or >

    def one(self, tag: int, default: int = 0) -> int:
        """The tag's first value."""
        return (self.tags.get(tag) or (default,))[0]

    @property
    def bands(self) -> int:
        """Values a pixel."""
        return self.one(BANDS, 1)

    @property
    def kind(self) -> np.dtype[Any] | None:
        """The numbers' type in the machine's order; None where they are of no usual one."""
        bits, letter = set(self.tags.get(BITS, (1,))), KINDS.get(self.one(NUMBERS, 1))
        try:
            kind = np.dtype(f"{letter}{bits.pop() // 8}") if letter and len(bits) == 1 else None
        except TypeError:
            return None
        return kind if kind is not None and self.one(BITS, 1) == kind.itemsize * 8 else None


def layout(data: bytes) -> Layout | None:
    """The first directory of a classic TIFF; None where it is broken or a BigTIFF."""
    order = ">" if data[:2] == b"MM" else "<"
    try:
        magic, at = struct.unpack_from(f"{order}HI", data, 2)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        tags = {}
        for place in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, n = struct.unpack_from(f"{order}HHI", data, place)
            letter = FORMATS.get(kind)
            if letter is None or n * struct.calcsize(letter) > len(data):
                continue
            size = n * struct.calcsize(letter)
            start = place + 8 if size <= 4 else struct.unpack_from(f"{order}I", data, place + 8)[0]
            tags[tag] = struct.unpack_from(f"{order}{n}{letter}", data, start)
    except struct.error:
        return None
    return Layout(tags, order) if magic == 42 and tags.get(WIDTH) and tags.get(HEIGHT) else None


def is_unusual(data: bytes) -> bool:
    """Whether a TIFF's values are such as Pillow refuses or OpenCV garbles."""
    found = layout(data)
    if found is None or found.kind is None or found.one(PACKING, 1) not in EXACT:
        return False
    kind, bands, light = found.kind.str[1:], found.bands, found.one(LIGHT, 1)
    if light not in MEASURED:
        return False
    if bands == 1:
        return kind not in GREYS
    if bands not in (3, 4) or light != COLOURS or found.tags.get(EXTRA) == UNSAID:
        return True
    return not (kind == "u1" or (kind == "u2" and found.one(PLANES, 1) != APART))


def size(data: bytes) -> tuple[int, int]:
    """(width, height) of the picture that is made of it, by the header alone. Raises Unreadable."""
    found = _checked(data)
    return picture_size(found.one(WIDTH), found.one(HEIGHT), found.bands)


def read(data: bytes) -> Measured:
    """The TIFF as a picture. Raises Unreadable."""
    found = _checked(data)
    kind = found.kind
    assert kind is not None
    width, height, bands = found.one(WIDTH), found.one(HEIGHT), found.bands
    if found.one(PLANES, 1) == APART and bands > 1:
        each = len(found.tags.get(OFFSETS) or found.tags.get(TILE_OFFSETS) or ()) // bands
        planes = [_grey(data, found, width, 1, slice(b * each, b * each + each)) for b in range(bands)]
        values: Values = np.stack([plane.reshape(height, width) for plane in planes])
    else:
        whole = _grey(data, found, width * bands, bands, slice(None))
        values = np.moveaxis(whole.reshape(height, width, bands), 2, 0)
    if found.one(LIGHT, 1) == 0 and kind.kind == "u":
        values = ~values
    return Measured(as_picture(values), f"TIFFs of {bands} band{'s' if bands > 1 else ''}{said(bands)}")


def _checked(data: bytes) -> Layout:
    found = layout(data)
    if found is None or found.kind is None:
        raise Unreadable("a TIFF whose header is broken")
    if found.bands > MOST_BANDS:
        raise Unreadable(
            f"a TIFF of {found.bands} bands, more than the {MOST_BANDS} that are read: write those that "
            "matter as NumPy arrays (.npy) or PNG"
        )
    return found


def _grey(data: bytes, found: Layout, width: int, stride: int, part: slice) -> Values:
    """The packed numbers as one grey picture. stride: values from one of a band to its next."""
    kind = found.kind
    assert kind is not None
    tags = {
        HEIGHT: found.tags[HEIGHT], WIDTH: (width,), BITS: (kind.itemsize * 8,), LIGHT: (1,), BANDS: (1,),
        PACKING: (found.one(PACKING, 1),), PLANES: (1,),
    }  # fmt: skip
    tiled = TILE_OFFSETS in found.tags
    for tag in (TILE_OFFSETS, TILE_COUNTS) if tiled else (OFFSETS, COUNTS):
        tags[tag] = found.tags.get(tag, ())[part]
    if tiled:
        tags |= {TILE_WIDTH: (found.one(TILE_WIDTH) * stride,), TILE_HEIGHT: found.tags[TILE_HEIGHT]}
    else:
        tags[ROWS] = (min(found.one(ROWS, found.one(HEIGHT)), found.one(HEIGHT)),)
    predictor = found.one(PREDICTOR, 1)
    if predictor not in (1, DIFFERENCES) or (predictor == DIFFERENCES and tiled and stride > 1):
        raise Unreadable("a TIFF of several bands packed in a rare way: write it unpacked, or as PNG")
    tags[NUMBERS] = (3 if kind.itemsize > 2 else 1,)
    made = cv2.imdecode(np.frombuffer(_with(data, found.order, tags), np.uint8), cv2.IMREAD_UNCHANGED)
    if made is None or made.shape != (found.one(HEIGHT), width) or made.dtype != CARRIERS[kind.itemsize]:
        raise Unreadable("a TIFF whose values cannot be unpacked: write it as PNG or a NumPy array (.npy)")
    if predictor == DIFFERENCES:
        steps = made.view(f"u{kind.itemsize}").reshape(len(made), -1, stride)
        made = np.cumsum(steps, axis=1, dtype=steps.dtype).reshape(len(made), -1)
    return made.view(kind)


def _with(data: bytes, order: str, tags: dict[int, tuple[int, ...]]) -> bytes:
    """The file with another first directory, behind its end."""
    at = len(data) + len(data) % 2
    beside = at + 2 + 12 * len(tags) + 4
    head, more = struct.pack(f"{order}H", len(tags)), b""
    for tag, values in sorted(tags.items()):
        body = struct.pack(f"{order}{len(values)}I", *values)
        place = body.ljust(4, b"\0") if len(body) <= 4 else struct.pack(f"{order}I", beside + len(more))
        more += body if len(body) > 4 else b""
        head += struct.pack(f"{order}HHI", tag, 4, len(values)) + place
    start = data[:4] + struct.pack(f"{order}I", at)
    return start + data[8:].ljust(at - 8, b"\0") + head + b"\0" * 4 + more
