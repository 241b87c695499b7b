"""What a file's suffix says: a picture, a sound, a film; and a name without it."""

from collections.abc import Iterable

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".ppm", ".pgm", ".pbm", ".pnm",
    ".tif", ".tiff", ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".psd",
)  # fmt: skip
SOUNDS = (".wav", ".mp3", ".ogg", ".flac", ".aif", ".aiff", ".m4a")  # and films are not read: their ids may
FILMS = (".mp4", ".avi", ".mov")  # mean the pictures made of them
MEASURED = (".dcm", ".dicom", ".npy")  # pictures where no usual ones are: beside them they are the same again


def pictures(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """(names with a picture's suffix, those of measured pictures that more usual ones lie beside)."""
    usual: list[str] = []
    measured: list[str] = []
    for name in names:
        lower = name.lower()
        if lower.endswith((*SUFFIXES, *MEASURED)):
            (usual if lower.endswith(SUFFIXES) else measured).append(name)
    return (usual, measured) if len(measured) <= len(usual) else (usual + measured, [])


def stem(path: str) -> str:
    """The path without an image's suffix."""
    for suffix in (*SUFFIXES, *MEASURED):
        if path.lower().endswith(suffix):
            return path[: -len(suffix)]
    return path
