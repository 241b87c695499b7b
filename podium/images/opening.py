"""Bytes that claim to be an image: recognised by content, sized by header, only then decoded to RGB."""

import io
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from podium.images.headers import usual_size
from podium.images.pixels import Pixels

MAGIC = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    **{b"P%d" % i: "pnm" for i in range(1, 7)},
}
PLUGINS = (  # imported here: Pillow finds a format only once its plug-in is loaded
    JpegImagePlugin, MpoImagePlugin, PngImagePlugin, GifImagePlugin, BmpImagePlugin, TiffImagePlugin,
    PpmImagePlugin, WebPImagePlugin,
)  # fmt: skip
FORMATS = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP"]  # what Pillow may try
WHOLE = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
REDUCED = {  # a fraction of the size, which the JPEG decoder gives almost for free
    n: flag | cv2.IMREAD_IGNORE_ORIENTATION
    for n, flag in (
        (8, cv2.IMREAD_REDUCED_COLOR_8),
        (4, cv2.IMREAD_REDUCED_COLOR_4),
        (2, cv2.IMREAD_REDUCED_COLOR_2),
    )
}
PNG_DEPTH = 24  # where a PNG's header says how many bits a channel has
ORIENTATION = 0x0112  # EXIF's tag; 1 is upright
MEGA = 1e6
TAIL = 4096  # bytes at the end in which a complete file's last marker stands

warnings.filterwarnings("ignore", module="PIL")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is told in notes
Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first, with our own sentence
TURNS: dict[int, Callable[[Any], Any]] = {  # EXIF's orientations, as what makes them upright
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2), 6: lambda a: a.transpose(1, 0, 2)[:, ::-1],
    7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1], 8: lambda a: a.transpose(1, 0, 2)[::-1],
}  # fmt: skip


class _Tolerant(threading.local):
    """Pillow's switch for damaged files, on in one thread only."""

    on = False

    def __bool__(self) -> bool:
        return self.on


TOLERANT = _Tolerant()
ImageFile.LOAD_TRUNCATED_IMAGES = TOLERANT  # type: ignore[assignment]


class Unreadable(ValueError):
    """Why the bytes cannot become an image, without a full stop."""


@dataclass
class Opened:
    """An upright RGB image; `pixels` may be a fraction of the shipped size where that is far too large."""

    pixels: Pixels
    width: int  # as shipped, upright
    height: int
    format: str
    plain: bool  # the shipped bytes are themselves an upright 8-bit RGB or grey JPEG or PNG, whole
    notes: list[str] = field(default_factory=list)
    repaired: bool = False


def open_image(data: bytes, megapixels: float, short_side: int) -> Opened:
    """Decodes; large JPEGs at a fraction not below `short_side`. Raises Unreadable with the reason.

    megapixels: above it the image is refused before a pixel is decoded.
    """
    kind = _kind(data)
    whole = _whole(data, kind)
    size = usual_size(data, kind) if whole else None
    header: Any = None if size else _header(data, kind)
    width, height = size or header.size
    if width * height > megapixels * MEGA:
        raise Unreadable(
            f"{width} x {height} pixels are more than competition.limits.megapixels = {megapixels:g}"
        )
    turn = 1 if header is None else _orientation(header)
    opened = Opened(np.empty((0, 0, 3), np.uint8), width, height, kind, plain=False)
    if turn > 4:
        opened.width, opened.height = height, width
    if header is None or _fit_for_opencv(header, data, kind):
        pixels = _by_opencv(data, kind, min(width, height), short_side)
        if pixels is not None:
            opened.pixels = pixels
            opened.plain = whole and turn == 1
    if not opened.pixels.size:
        opened.pixels = _by_pillow(data, opened)
    if turn != 1:
        opened.pixels = np.ascontiguousarray(TURNS[turn](opened.pixels))
        opened.notes.append("turned upright (EXIF)")
    if not whole and not opened.repaired:
        opened.repaired = True
        opened.notes.append("truncated: the part that is missing is grey or black")
    return opened


def _kind(data: bytes) -> str:
    if not data:
        raise Unreadable("the file is empty")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    start = data[:8].decode("ascii", errors="replace")
    raise Unreadable(f"no image: the file starts with {start!r}")


def _header(data: bytes, kind: str) -> Any:
    """Size and mode, from the header alone."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as error:
        raise Unreadable(f"a {kind} file whose header is broken ({_short(error)})") from None


def _orientation(header: Any) -> int:
    try:
        turn = int(header.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken EXIF block says nothing
        return 1
    return turn if 1 <= turn <= 8 else 1


def _fit_for_opencv(header: Any, data: bytes, kind: str) -> bool:
    """Whether OpenCV reads it as we want: 8 bits, grey or RGB, no transparency."""
    if kind not in ("jpeg", "png") or header.mode not in ("RGB", "L") or "transparency" in header.info:
        return False
    return kind == "jpeg" or data[PNG_DEPTH] == 8


def _whole(data: bytes, kind: str) -> bool:
    """Whether the file ends as its format does."""
    if kind == "jpeg":
        return b"\xff\xd9" in data[-TAIL:]
    if kind == "png":
        return b"IEND" in data[-TAIL:]
    return True


def _by_opencv(data: bytes, kind: str, side: int, short_side: int) -> Pixels | None:
    how = WHOLE
    if kind == "jpeg":
        how = next((flag for n, flag in REDUCED.items() if side // n >= short_side), how)
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error:
        return None
    if found is None:
        return None
    if how != WHOLE:
        found = cv2.cvtColor(found, cv2.COLOR_BGR2RGB)
    return found.astype(np.uint8, copy=False)


def _by_pillow(data: bytes, opened: Opened) -> Pixels:
    """The rare forms: CMYK, palettes, alpha, 16 bits, GIF, TIFF and what OpenCV refused."""
    try:
        image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
        _load(image, opened)
        return _rgb(image, opened)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"a {opened.format} file that cannot be decoded ({_short(error)})") from None


def _load(image: Any, opened: Opened) -> None:
    try:
        image.load()
    except OSError:
        TOLERANT.on = True
        try:
            image.load()
        finally:
            TOLERANT.on = False
        opened.repaired = True
        opened.notes.append("damaged: the part that could be read was kept")


def _rgb(image: Any, opened: Opened) -> Pixels:
    if getattr(image, "n_frames", 1) > 1:
        opened.notes.append("the first of several frames")
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        opened.notes.append(f"{image.mode} values scaled to 8 bits")
        return _scaled(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 255:
            opened.notes.append("transparent parts were laid on white")
        under = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(under, image)
    elif image.mode not in ("RGB", "L", "P", "1"):
        opened.notes.append(f"{image.mode} turned to RGB")
    return np.array(image.convert("RGB"))


def _scaled(values: Any) -> Pixels:
    """Grey of more than 8 bits: by 65535 where it fits 16 bits, by its own range otherwise."""
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 65535 and values.dtype.kind in "ui":
        low, high = 0.0, 65535.0 if high > 255 else 255.0
    grey = np.clip((values.astype(np.float64) - low) / max(high - low, 1e-12) * 255, 0, 255)
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def looks_like_image(data: bytes) -> bool:
    """Whether the first bytes are those of a format that is read."""
    try:
        _kind(data)
    except Unreadable:
        return False
    return True
