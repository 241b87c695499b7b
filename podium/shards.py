"""Encoded images in tar files: one file for many images, each read by its offset, no unpacking."""

import io
import mmap
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

SHARD_BYTES = 1 << 30  # a new tar beyond it


@dataclass(frozen=True)
class Place:
    """Where one image's bytes lie."""

    shard: str
    offset: int
    length: int


class Writer:
    """Appends images to `<prefix>-0000.tar`, `…-0001.tar` in `folder`; the same calls give the same bytes."""

    def __init__(self, folder: Path, prefix: str, limit: int = SHARD_BYTES) -> None:
        self.folder, self.prefix, self.limit = folder, prefix, limit
        self._count = -1
        self._tar: tarfile.TarFile | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, data: bytes) -> Place:
        """Appends one image under `name` and says where it lies."""
        if self._tar is None or self._tar.offset + len(data) > self.limit:
            self._next()
        assert self._tar is not None
        info = tarfile.TarInfo(name)
        info.size = len(data)  # every other field keeps its fixed default: no clock, no user
        self._tar.addfile(info, io.BytesIO(data))
        padded = -(-len(data) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        return Place(self._name(), self._tar.offset - padded, len(data))

    def close(self) -> None:
        """Ends the last shard."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None

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
        self._tar = tarfile.open(self.folder / self._name(), "w", format=tarfile.PAX_FORMAT)


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
