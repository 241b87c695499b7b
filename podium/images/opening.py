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
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from podium.foundation.instead import BINARY, COPIED, sent_as_text
from podium.images import arrays, bands, dicom
from podium.images.channels import GROUND_NAMES, Meaning, Stored, is_hidden
from podium.images.deep import CLEAR, PNG_DEPTH, as_rgb, bits_of, deep_values, is_unsaid, mend_palette
from podium.images.exif import Origin, orientation, origin
from podium.images.headers import end_of, usual_size
from podium.images.kinds import Unreadable, kind_of
from podium.images.measured import Measured
from podium.images.pixels import Pixels

PLUGINS = (  # imported here: Pillow finds a format only once its plug-in is loaded
    JpegImagePlugin, MpoImagePlugin, PngImagePlugin, GifImagePlugin, BmpImagePlugin, TiffImagePlugin,
    PpmImagePlugin, WebPImagePlugin, AvifImagePlugin, Jpeg2KImagePlugin, PsdImagePlugin,
)  # fmt: skip
FORMATS = (  # what Pillow may try
    "JPEG", "PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP", "AVIF", "JPEG2000", "PSD", "HEIF", "JXL",
)  # fmt: skip
WHOLE = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
REDUCED = {  # a fraction of the size, which the JPEG decoder gives almost for free
    n: flag | cv2.IMREAD_IGNORE_ORIENTATION
    for n, flag in (
        (8, cv2.IMREAD_REDUCED_COLOR_8),
        (4, cv2.IMREAD_REDUCED_COLOR_4),
        (2, cv2.IMREAD_REDUCED_COLOR_2),
    )
}
MEASURED: dict[str, tuple[Callable[[bytes], tuple[int, int]], Callable[[bytes], Measured]]] = {
    "dicom": (dicom.size, dicom.read), "npy": (arrays.size, arrays.read), "bands": (bands.size, bands.read),
}  # fmt: skip
MEGA = 1e6
FRAMES = "the first of several frames"

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
    length: int = 0  # bytes of the picture, without what a phone puts behind it
    origin: Origin = Origin()  # noqa: RUF009  (frozen)


def open_image(
    data: bytes,
    megapixels: float,
    short_side: int,
    meaning: Meaning = Meaning(),  # noqa: B008  (frozen)
) -> Opened:
    """Decodes; large JPEGs at a fraction not below `short_side`. Raises Unreadable with the reason.

    megapixels: above it the image is refused before a pixel is decoded. meaning: of values beyond the usual.
    """
    kind = _kind(data)
    if kind in MEASURED:
        return _open_measured(data, kind, megapixels, meaning)
    if kind == "jpeg" and sent_as_text(data):
        raise Unreadable(f"{COPIED}: {BINARY}")  # it would be decoded, to stripes
    end = end_of(data, kind)
    whole = end is not None
    size = usual_size(data, kind) if whole else None
    header: Any = None if size else _header(data, kind)
    width, height = size or header.size
    _refuse_large(width, height, megapixels)
    turn = 1 if header is None else orientation(header)
    opened = Opened(np.empty((0, 0, 3), np.uint8), width, height, kind, plain=False, length=end or len(data))
    opened.origin = Origin() if header is None else origin(header)
    if turn > 4:
        opened.width, opened.height = height, width
    if header is None or _fit_for_opencv(header, data, kind):
        pixels = _by_opencv(data, kind, min(width, height), short_side)
        if pixels is not None:
            opened.pixels = pixels
            opened.plain = whole and turn == 1
    if not opened.pixels.size:
        opened.pixels = _by_pillow(data, opened, meaning)
    if turn != 1:
        opened.pixels = np.ascontiguousarray(TURNS[turn](opened.pixels))
        opened.notes.append("turned upright (EXIF)")
    if not whole and not opened.repaired:
        opened.repaired = True
        opened.notes.append("truncated: the part that is missing is grey or black")
    return opened


def _open_measured(data: bytes, kind: str, megapixels: float, meaning: Meaning) -> Opened:
    """Values of no picture format, as 8 bits by their own window or by the data set's range."""
    size, read = MEASURED[kind]
    _refuse_large(*size(data), megapixels)
    found = read(data)
    windowed = meaning.window and found.shown is not None
    pixels = as_rgb(found.shown if windowed else found.values, meaning)
    height, width = pixels.shape[:2]
    return Opened(pixels, width, height, kind, plain=False, length=len(data))


def _refuse_large(width: int, height: int, megapixels: float) -> None:
    if width * height > megapixels * MEGA:
        raise Unreadable(
            f"{width} x {height} pixels are more than competition.limits.megapixels = {megapixels:g}"
        )


def _kind(data: bytes) -> str:
    kind, reason = kind_of(data)
    if reason:
        raise Unreadable(reason)
    return "bands" if kind == "tiff" and bands.is_unusual(data) else kind


def _header(data: bytes, kind: str) -> Any:
    """Size and mode, from the header alone."""
    try:
        return Image.open(io.BytesIO(data), formats=_formats())
    except Exception as error:
        way = ": write it as PNG" if kind == "tiff" and bands.layout(data) else ""
        raise Unreadable(f"a {kind} file whose header is broken ({_short(error)}){way}") from None


def _formats() -> list[str]:
    """Those of FORMATS that Pillow has: two of them need a plug-in."""
    return [name for name in FORMATS if name in Image.OPEN]


def _fit_for_opencv(header: Any, data: bytes, kind: str) -> bool:
    """Whether OpenCV reads it as we want: 8 bits, grey or RGB, no transparency."""
    if kind not in ("jpeg", "png") or header.mode not in ("RGB", "L") or "transparency" in header.info:
        return False
    return kind == "jpeg" or data[PNG_DEPTH] == 8


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


def _by_pillow(data: bytes, opened: Opened, meaning: Meaning) -> Pixels:
    """The rare forms: CMYK, palettes, alpha, 16 bits, GIF, TIFF and what OpenCV refused."""
    try:
        image: Any = Image.open(io.BytesIO(data), formats=_formats())
        if bits_of(image, data, opened.format) > 8:
            values = deep_values(data, opened.format, image)
            opened.notes += [FRAMES] if getattr(image, "n_frames", 1) > 1 else []
            opened.notes.append(f"{values.dtype} values scaled to 8 bits")
            return as_rgb(values, meaning)
        band = image.mode == "RGBA" and meaning.fourth == "band"
        _load(image, opened)
        mend_palette(image)
        return _rgb(image.convert("RGBX").convert("RGB") if band else image, opened, meaning)
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


def _rgb(image: Any, opened: Opened, meaning: Meaning) -> Pixels:
    if getattr(image, "n_frames", 1) > 1:
        opened.notes.append(FRAMES)
    if image.mode in CLEAR or "transparency" in image.info:
        image = image.convert("RGBA")
        lowest, highest = image.getextrema()[3]
        if highest == 0 and is_hidden(np.asarray(image)):
            opened.notes.append("transparent all over: its colours were taken")
            return np.array(image)[..., :3]
        if lowest < 255:
            opened.notes.append(f"transparent parts were laid on {GROUND_NAMES[meaning.ground]}")
        under = Image.new("RGBA", image.size, (meaning.ground,) * 3)
        image = Image.alpha_composite(under, image)
    elif image.mode not in ("RGB", "L", "P", "1"):
        opened.notes.append(f"{image.mode} turned to RGB")
    return np.array(image.convert("RGB"))


def _short(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):  # whose words hold an address in memory
        return "no reader knows it"
    return " ".join(str(error).split())[:120] or type(error).__name__


def looks_like_image(data: bytes) -> bool:
    """Whether the first bytes are those of a format that is read."""
    try:
        if _kind(data) == "npy":
            arrays.size(data)
    except Unreadable:
        return False
    return True


def raw_pixels(data: bytes) -> Stored | None:
    """Values (h, w, bands) as stored; None for usual images of 8 bits without transparency.

    Raises Unreadable.
    """
    kind = _kind(data)
    if kind in MEASURED:
        found = MEASURED[kind][1](data)
        windowed = found.shown is not None if kind == "dicom" and found.values.ndim == 2 else None
        return Stored(np.atleast_3d(found.values), kind != "dicom", found.said, windowed)
    if kind == "jpeg" or usual_size(data, kind):
        return None
    header = _header(data, kind)
    if bits_of(header, data, kind) > 8:
        values = deep_values(data, kind, header)
        return Stored(np.atleast_3d(values), is_unsaid(header))
    clear = "transparency" in header.info
    if header.mode not in CLEAR and not clear:
        return None
    try:
        return Stored(np.asarray(header.convert("RGBA")), is_unsaid(header), clear=clear)
    except Exception as error:
        raise Unreadable(_short(error)) from None
