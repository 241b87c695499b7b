"""Pictures of more than 8 bits a value: their values as they are, and as 8 bits by the data set's meaning."""

import re
from typing import Any

import cv2
import numpy as np

from podium.images.channels import Meaning, is_hidden
from podium.images.pixels import Pixels

PNG_DEPTH = 24  # where a PNG's header says how many bits a channel has
CLEAR = ("RGBA", "LA", "PA", "RGBa", "La")  # Pillow's modes with transparency
DEEP = ("I;16", "I;16B", "I;16L", "I", "F")  # Pillow's modes of more than 8 bits
PALETTE, LIGHT, WHITE_IS_ZERO = 320, 262, 0  # TIFF's tags, and what the second may say
SIZ = b"\xff\x4f\xff\x51"  # of JPEG 2000: its first band's bits stand behind the sizes
PNM = re.compile(rb"P[2356](?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+(\d+)\s")
SIZ_BITS = 42  # bytes from there to them, less one
BITS_OF_SAMPLE, EXTRA_SAMPLES, UNSAID = 258, 338, (0,)  # TIFF's tags; an extra sample that is no transparency


def bits_of(header: Any, data: bytes, kind: str) -> int:
    """Bits of one value."""
    if header.mode in DEEP:
        return 16
    if kind == "png":
        return int(data[PNG_DEPTH])
    if kind == "pnm":
        return 16 if highest_of(data)[0] > 255 else 8
    if kind == "jp2":
        at = data.find(SIZ)
        return (data[at + SIZ_BITS] & 0x7F) + 1 if 0 <= at < len(data) - SIZ_BITS else 8
    told = getattr(header, "tag_v2", {}).get(BITS_OF_SAMPLE, (8,)) if kind == "tiff" else (8,)
    return int(max(told))


def highest_of(data: bytes) -> tuple[int, int]:
    """(the highest value that a PNM's header allows, where its values start); (0, 0) without a header."""
    hit = PNM.match(data)
    return (int(hit[1]), hit.end()) if hit else (0, 0)


def _colours_of(data: bytes, size: tuple[int, int]) -> Any:
    """(h, w, 3) of a deep PPM, by 65535 as Pillow gives the grey ones."""
    highest, at = highest_of(data)
    if data.startswith(b"P3"):
        values = np.array(data[at:].split(), np.float64)
    else:
        values = np.frombuffer(data[at:], ">u2")[: size[0] * size[1] * 3].astype(np.float64)
    scaled = np.rint(values.reshape(size[1], size[0], 3) * (65535 / highest))
    return scaled.astype(np.uint16)


def is_unsaid(header: Any) -> bool:
    """Whether a TIFF says that its fourth band is no transparency."""
    extra = getattr(header, "tag_v2", {}).get(EXTRA_SAMPLES, ())
    return bool(extra) and (extra if isinstance(extra, tuple) else (extra,))[0] in UNSAID


def mend_palette(image: Any) -> None:
    """A TIFF's palette has 16 bits a colour; where a program wrote 8 of them, all would be black."""
    table = getattr(image, "tag_v2", {}).get(PALETTE, ()) if image.mode == "P" else ()
    if table and max(table) <= 255:
        n = len(table) // 3
        image.putpalette(bytes(int(table[i + n * band]) for i in range(n) for band in range(3)))


def deep_values(data: bytes, kind: str, header: Any) -> Any:
    """Values of more than 8 bits as they are: (h, w) or (h, w, bands), RGB first."""
    if kind == "pnm" and header.mode == "RGB":
        return _colours_of(data, header.size)
    if kind in ("png", "tiff") or (kind == "jp2" and header.mode not in DEEP):
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if found is not None and found.dtype != np.uint8:
            if getattr(header, "tag_v2", {}).get(LIGHT) == WHITE_IS_ZERO and found.dtype.kind == "u":
                found = np.invert(found)
            order = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}
            bands = found.shape[2] if found.ndim == 3 else 1
            return cv2.cvtColor(found, order[bands]) if bands in order else found
    return np.asarray(header)


def as_rgb(values: Any, meaning: Meaning) -> Pixels:
    """(h, w, 3): by the data set's range where they have more than 8 bits; the first three bands of more."""
    bands = 1 if values.ndim == 2 else values.shape[2]
    colours = values if bands in (1, 3) else values[..., :1] if bands == 2 else values[..., :3]
    plain = values.dtype == np.uint8
    made = (colours if plain else meaning.deep(colours)).reshape(*values.shape[:2], -1)
    made = np.repeat(made, 3, axis=2) if made.shape[2] == 1 else made
    if bands == 4 and meaning.fourth == "alpha" and not is_hidden(values):
        share = (values[..., 3:].astype(np.float64) / (255 if plain else 65535)).clip(0, 1)
        made = np.rint(made * share + meaning.ground * (1 - share)).astype(np.uint8)
    return np.ascontiguousarray(made)
