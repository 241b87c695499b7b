"""What a file is by its first bytes: an image of a kind that is read, or something else, by its name."""

from podium.foundation.instead import sentence

MAGIC = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"\0\0\0\x0cjP  ": "jp2",
    b"\xff\x4f\xff\x51": "jp2",
    b"8BPS": "psd",
    b"\x93NUMPY": "npy",
    b"\xff\x0a": "jxl",
    b"\0\0\0\x0cJXL ": "jxl",
    **{b"P%d" % i: "pnm" for i in range(1, 7)},
}
BRANDS = {  # of ISO media files, whose eighth byte on names them (ISO/IEC 23008-12)
    b"avif": "avif", b"avis": "avif", b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic",
    b"hevc": "heic", b"mif1": "heic", b"msf1": "heic",
}  # fmt: skip
TOLD = 64  # bytes that hold the brands
PREAMBLE = 128  # bytes of a DICOM file before its mark: zeros, or another format's head
BARE_SCANS = (b"\x02\0\0\0UL", b"\x08\0\x05\0CS", b"\x08\0\x08\0CS")  # DICOM files of old writers lack both


class Unreadable(ValueError):
    """Why the bytes cannot become an image, without a full stop."""


def _heif() -> None:
    from pillow_heif import register_heif_opener  # type: ignore[import-not-found, unused-ignore]

    register_heif_opener()


def _jxl() -> None:
    import pillow_jxl  # type: ignore[import-not-found, unused-ignore]  # noqa: F401  (Pillow learns it by this)


def _dicom() -> None:
    import pydicom  # noqa: F401


PLUGINS = {
    "heic": ("pillow-heif", _heif),
    "jxl": ("pillow-jxl-plugin", _jxl),
    "dicom": ("pydicom pylibjpeg[all]", _dicom),
}


def kind_of(data: bytes) -> tuple[str, str]:
    """(kind, "") of an image that is read, ("", reason) of anything else."""
    if not data:
        return "", "the file is empty"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp", ""
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return _plugged(kind)
    if data[4:8] == b"ftyp":
        brands = [data[8:12], *(data[i : i + 4] for i in range(16, TOLD, 4))]
        kinds = [BRANDS[brand] for brand in brands if brand in BRANDS]
        if kinds:
            return _plugged("avif" if "avif" in kinds else kinds[0])
        return "", "a film and no picture"
    if data[PREAMBLE : PREAMBLE + 4] == b"DICM" or data.startswith(BARE_SCANS):
        return _plugged("dicom")
    if not data.strip(b"\0"):
        return "", "the file holds zero bytes alone: it was not copied whole"
    shown = data[:8].decode("ascii", errors="replace")
    told = sentence(data, "picture")
    return (
        "",
        f"{told}; the file starts with {shown!r}" if told else f"no image: the file starts with {shown!r}",
    )


def _plugged(kind: str) -> tuple[str, str]:
    """The kind, where what reads it is installed."""
    if kind not in PLUGINS:
        return kind, ""
    package, plug_in = PLUGINS[kind]
    try:
        plug_in()
    except ImportError:
        return "", (
            f"a picture in {kind.upper()}, for which no plug-in is installed: `pip install {package}`, or "
            "convert it to JPEG"
        )
    return kind, ""
