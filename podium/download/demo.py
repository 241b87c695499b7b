"""The embedded competition: scikit-learn's handwritten digits, packed as Kaggle would ship them.

The same bytes on every machine: integer arithmetic, uncompressed PNG, a zip without clock or compression.
Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (CC BY 4.0).
"""

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE, SCALE, LEVELS = 8, 2, 16  # pixels, times enlarged, the brightest value shipped
HIDDEN = 0.3  # of each class becomes the test set
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


@dataclass(frozen=True)
class Demo:
    """The download and what the competition's server keeps."""

    archive: bytes
    solution: str


def digits() -> Demo:
    """The digits competition: 1,797 images of 16 x 16 pixels, ten classes."""
    from sklearn.datasets import load_digits

    data: Any = load_digits()
    images: NDArray[np.int64] = np.rint(data.images).astype(np.int64)
    return build(images, [int(label) for label in data.target])


def build(images: NDArray[np.int64], labels: list[int]) -> Demo:
    """The competition of images (n, 8, 8), values [0, 16], and their labels."""
    hidden = _hidden(images, labels)
    files: dict[str, bytes] = {}
    rows: dict[str, list[tuple[str, int]]] = {"train": [], "test": []}
    for i in _shuffled(images):
        part = "test" if i in hidden else "train"
        name = f"{part}_{len(rows[part]):04d}.png"
        files[f"{part}/{name}"] = png(enlarge(images[i]))
        rows[part].append((name, labels[i]))
    files["train.csv"] = _csv(rows["train"]).encode()
    files["sample_submission.csv"] = _csv([(name, 0) for name, _ in rows["test"]]).encode()
    return Demo(_zip(files), _csv(rows["test"]))


def enlarge(image: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(8, 8) of [0, 16] to (16, 16) of [0, 255], bilinear, in integers: no library's rounding enters."""
    size = SIDE * SCALE
    weights = np.zeros((size, SIDE), np.int64)
    for i in range(size):
        at = 2 * i + 1 - SCALE  # in half enlarged pixels, from the first source pixel's centre
        low, rest = divmod(at, 2 * SCALE)
        weights[i, min(max(low, 0), SIDE - 1)] += 2 * SCALE - rest
        weights[i, min(max(low + 1, 0), SIDE - 1)] += rest
    whole = LEVELS * (2 * SCALE) ** 2
    return ((weights @ image @ weights.T * 255 + whole // 2) // whole).astype(np.uint8)


def png(grey: NDArray[np.uint8]) -> bytes:
    """An 8-bit grey PNG of one stored (uncompressed) block: bytes that depend on no compressor."""
    height, width = grey.shape
    raw = b"".join(b"\0" + grey[y].tobytes() for y in range(height))
    assert len(raw) < 1 << 16
    block = struct.pack("<BHH", 1, len(raw), len(raw) ^ 0xFFFF) + raw
    stream = b"\x78\x01" + block + struct.pack(">I", zlib.adler32(raw))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", stream) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _key(images: NDArray[np.int64], i: int) -> bytes:
    return hashlib.sha256(images[i].astype(np.uint8).tobytes() + i.to_bytes(4, "big")).digest()


def _shuffled(images: NDArray[np.int64]) -> list[int]:
    """Every index, in an order that no generator decides."""
    return sorted(range(len(images)), key=lambda i: _key(images, i))


def _hidden(images: NDArray[np.int64], labels: list[int]) -> set[int]:
    """The test images: the last part of each class in shuffled order."""
    hidden: set[int] = set()
    for label in sorted(set(labels)):
        own = [i for i in _shuffled(images) if labels[i] == label]
        hidden.update(own[len(own) - round(HIDDEN * len(own)) :])
    return hidden


def _csv(rows: list[tuple[str, int]]) -> str:
    return "id,label\n" + "".join(f"{name},{label}\n" for name, label in sorted(rows))


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            archive.writestr(info, files[name])
    return buffer.getvalue()
