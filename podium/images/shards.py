"""Encoded images in tar files: one file for many images, each read by its offset, no unpacking."""

import mmap
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

SHARD_BYTES = 1 << 30  # a new tar beyond it
WRITE_BYTES = 1 << 20  # handed to the system at a time: fewer, larger calls
LARGEST = 8**11 - 1  # bytes that a plain header can say
BLANK = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one image's bytes lie."""

    shard: str
    offset: int
    length: int


class Writer:
    """Appends images to `<prefix>-0000.tar`, `…-0001.tar` in `folder`; the same calls give the same bytes.

    They are tarfile's bytes, written without it: it remembers every member, and takes ten times as long.
    """

    def __init__(self, folder: Path, prefix: str, limit: int = SHARD_BYTES) -> None:
        self.folder, self.prefix, self.limit = folder, prefix, limit
        self._count = -1
        self._file: BinaryIO | None = None
        self._offset = 0
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, data: bytes) -> Place:
        """Appends one image under `name` and says where it lies."""
        if self._file is None or self._offset + len(data) > self.limit:
            self._next()
        assert self._file is not None
        header = _header(name, len(data))
        self._file.write(header)
        self._file.write(data)
        self._file.write(bytes(-len(data) % tarfile.BLOCKSIZE))
        place = Place(self._name(), self._offset + len(header), len(data))
        self._offset = place.offset + -(-len(data) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        return place

    def close(self) -> None:
        """Ends the last shard."""
        if self._file is not None:
            end = self._offset + 2 * tarfile.BLOCKSIZE  # two empty blocks, then whole records
            self._file.write(bytes(end - self._offset + -end % tarfile.RECORDSIZE))
            self._file.close()
            self._file = None

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _name(self) -> str:
        return f"{self.prefix}-{self._count:04d}.tar"

    def _next(self) -> None:
        self.close()
        self._count += 1
        self._file = (self.folder / self._name()).open("wb", buffering=WRITE_BYTES)
        self._offset = 0


def taken(length: int) -> int:
    """Bytes that an image of this length takes in a shard: its header, and whole blocks."""
    return (1 + -(-length // tarfile.BLOCKSIZE)) * tarfile.BLOCKSIZE


def _header(name: str, size: int) -> bytes:
    """The member's header: every field but these keeps its fixed default, no clock, no user.

    A short ASCII name changes three fields of a constant block; others take tarfile's longer way.
    """
    if len(name) > tarfile.LENGTH_NAME or not name.isascii() or size > LARGEST:
        info = tarfile.TarInfo(name)
        info.size = size
        return info.tobuf(tarfile.PAX_FORMAT)
    block = bytearray(BLANK)
    block[: len(name)] = name.encode()
    block[124:136] = b"%011o\0" % size
    block[148:156] = b" " * 8
    block[148:155] = b"%06o\0" % sum(block)
    return bytes(block)


class Reader:
    """Reads bytes by place, below `root`, through read-only maps that threads share and forks inherit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._maps: dict[str, mmap.mmap] = {}

    def read(self, shard: str, offset: int, length: int) -> bytes:
        """The image's encoded bytes."""
        if shard not in self._maps:
            with (self.root / shard).open("rb") as file:
                self._maps[shard] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._maps[shard][offset : offset + length]

    def __getstate__(self) -> dict[str, object]:
        return {"root": self.root, "_maps": {}}  # workers open their own maps
