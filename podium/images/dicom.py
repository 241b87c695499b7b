"""Single pictures in DICOM: modality and window applied, light and dark as the file says, colours as RGB."""

import io
import logging
import struct
import warnings
from typing import Any

import numpy as np

from podium.images.kinds import Unreadable
from podium.images.measured import Measured, Values
from podium.images.pixels import Pixels

DEFLATED = b"1.2.840.10008.1.2.1.99"  # a whole file packed by zlib, which may unpack to any size
NEGATIVE = "MONOCHROME1"  # the lowest value is white
FARTHEST = 1 << 30  # beyond every value: where a window's two ends are reached
TABLED = (-(1 << 15), (1 << 16) - 1)  # the ends of a table of values, whose places have 16 bits
PLAIN = {True: "1.2.840.10008.1.2", False: "1.2.840.10008.1.2.1"}  # implicit, explicit little endian
JPEG_LS = 0xF7
NO_FRAMES = {0xC4, 0xC8, 0xCC}  # JPEG's markers among C0 to CF that start no frame
CODESTREAM = b"\xff\x4f\xff\x51"  # JPEG 2000's first two markers; its size stands behind them

warnings.filterwarnings("ignore", module="pydicom")
logging.getLogger("pydicom").addFilter(lambda record: False)  # what is wrong is told in notes
logging.getLogger("pydicom.pixels").setLevel(logging.CRITICAL)  # it loads later, and has its own


def size(data: bytes) -> tuple[int, int]:
    """(width, height) by the header alone. Raises Unreadable for what is no single picture."""
    found = _header(data)
    return int(found.Columns), int(found.Rows)


def read(data: bytes) -> Measured:
    """The picture. Raises Unreadable."""
    _header(data)
    try:
        with np.errstate(all="ignore"):
            return _read(data)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"a DICOM file that cannot be decoded ({_short(error)})") from None


def _header(data: bytes) -> Any:
    """All but the pixels, with a size that makes a picture."""
    from pydicom import dcmread

    if DEFLATED in data:
        raise Unreadable("a DICOM file packed as a whole (Deflated Explicit VR): write it unpacked")
    try:
        found = dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)
        rows, columns = int(found.Rows), int(found.Columns)
        frames, samples = int(found.get("NumberOfFrames") or 1), int(found.get("SamplesPerPixel", 1))
    except Exception:
        raise Unreadable("a DICOM file without a picture, such as a report or an index") from None
    if frames > 1:
        raise Unreadable(f"a DICOM volume or film of {frames:,} frames: write each frame as a picture")
    if not (rows and columns and samples in (1, 3)):
        raise Unreadable("a DICOM file whose header is broken")
    return found


def _read(data: bytes) -> Measured:
    from pydicom import dcmread
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
    from pydicom.pixels.utils import pixel_array

    found: Any = dcmread(io.BytesIO(data), force=True)
    if "PixelData" not in found:
        raise Unreadable("a DICOM file without pixels")
    if "TransferSyntaxUID" not in found.file_meta:  # old writers leave it out
        found.file_meta.TransferSyntaxUID = PLAIN[bool(found.original_encoding[0])]
    _refuse_other_size(found)
    values: Values = pixel_array(found, decoding_plugin=_decoder(found.file_meta.TransferSyntaxUID))
    light = str(found.get("PhotometricInterpretation", ""))
    if light == "PALETTE COLOR":
        values = apply_color_lut(values, found)
    if values.ndim == 3:
        deep = values.dtype != np.uint8 and int(found.get("BitsStored", 16)) > 8
        return Measured(values if deep else values.astype(np.uint8), "DICOM pictures in colour")
    negative = light == NEGATIVE
    measured = apply_modality_lut(_negative(values, found) if negative else values, found)
    window = _shown(apply_modality_lut(values, found), found, negative)
    of = "with a window of their own" if window is not None else "without a window"
    return Measured(measured, f"DICOM pictures {of}", window)


def _decoder(syntax: Any) -> str:
    """pylibjpeg where it is installed: GDCM ends the whole process over damaged pixels; "" leaves it open."""
    from pydicom.pixels.decoders.base import get_decoder

    return "pylibjpeg" if "pylibjpeg" in get_decoder(syntax).available_plugins else ""


def _negative(values: Values, found: Any) -> Values:
    """White is high, whatever the file says."""
    bits = int(found.BitsStored)
    low = -(1 << (bits - 1)) if int(found.PixelRepresentation) else 0
    return (2 * low + (1 << bits) - 1 - values.astype(np.int64)).astype(values.dtype)


def _shown(values: Values, found: Any, negative: bool) -> Pixels | None:
    """(h, w) by the file's first window, which is what a physician sees; None without one."""
    from pydicom.pixels.processing import apply_voi_lut

    table = bool(found.get("VOILUTSequence"))
    if not table and not ("WindowCenter" in found and "WindowWidth" in found):
        return None
    ends = apply_voi_lut(np.array(TABLED if table else (-FARTHEST, FARTHEST), np.int64), found)
    low, high = (float(end) for end in sorted(ends))
    if high <= low:
        return None
    made = np.rint((apply_voi_lut(values, found) - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
    return 255 - made if negative else made


def _refuse_other_size(found: Any) -> None:
    """Raises Unreadable where the packed picture is of another size than the header, which was checked."""
    from pydicom.encaps import get_frame

    if not found.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    coded = coded_size(get_frame(found.PixelData, 0, number_of_frames=1))
    if coded is not None and coded != (int(found.Columns), int(found.Rows)):
        raise Unreadable(
            f"a DICOM file whose header says {found.Columns} x {found.Rows} pixels, and its picture "
            f"{coded[0]} x {coded[1]}"
        )


def coded_size(frame: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG, JPEG-LS or JPEG 2000 stream; None for another, such as run lengths."""
    at = frame.find(CODESTREAM)
    if at >= 0:
        right, low, left, top = struct.unpack_from(">4I", frame, at + 8)
        return right - left, low - top
    at = 2
    while frame[:2] == b"\xff\xd8" and at + 9 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == JPEG_LS or (0xC0 <= marker <= 0xCF and marker not in NO_FRAMES):
            height, width = struct.unpack_from(">HH", frame, at + 5)
            return width, height
        at += 1 if marker == 0xFF else 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
    return None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
