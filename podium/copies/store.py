"""Finished copies in the scratch store: packs of encoded images, found again one by one.

A pack is a scratch entry of many copies: their bytes end to end, and an index. A later run that needs more
copies reads all packs of its recipe and renders only what none of them holds.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from podium.foundation import scratch
from podium.foundation.files import digest
from podium.images.shards import WRITE_BYTES

KIND = "copies"
OPEN = 64  # packs that are read from at a time, the earliest opened is closed first
INDEX = np.dtype(
    [("source", "S64"), ("copy", "i4"), ("offset", "i8"), ("length", "i8"), ("digest", "S64")]
)  # source: its bytes' SHA-256 in hexadecimal; digest: the copy's own


@dataclass(frozen=True, slots=True)
class Copy:
    """One encoded copy: of which source, which one, its bytes and their SHA-256."""

    source: str
    number: int
    data: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class FinishedCopy:
    """Where a finished copy waits."""

    pack: Path
    offset: int
    length: int
    digest: str


class Store:
    """The finished copies of one recipe (policy, seed, encoder), by source and number."""

    def __init__(self, recipe: str) -> None:
        self.recipe = recipe
        self.found: dict[tuple[str, int], FinishedCopy] = {}
        self._files: dict[Path, BinaryIO] = {}
        for place in sorted((scratch.root() / KIND).glob(f"{recipe}-*")):
            if scratch.find(KIND, place.name):
                self._take(place)

    def keep(self, copies: list[Copy]) -> None:
        """Adds a pack. Its key names all that it holds, so that equal keys hold equal bytes."""
        key = f"{self.recipe}-{digest([[copy.source, copy.number] for copy in copies])[:32]}"

        def build(folder: Path) -> None:
            index = np.zeros(len(copies), INDEX)
            offset = 0
            with (folder / "bytes").open("wb", buffering=WRITE_BYTES) as file:
                for row, copy in enumerate(copies):
                    file.write(copy.data)
                    index[row] = (copy.source, copy.number, offset, len(copy.data), copy.digest)
                    offset += len(copy.data)
            np.save(folder / "index.npy", index, allow_pickle=False)

        self._take(scratch.obtain(KIND, key, build))

    def read(self, source: str, number: int) -> Copy | None:
        """A finished copy; None where it was evicted in the meantime."""
        place = self.found[source, number]
        try:
            file = self._opened(place.pack)
        except FileNotFoundError:
            return None
        file.seek(place.offset)
        return Copy(source, number, file.read(place.length), place.digest)

    def close(self) -> None:
        """Closes the packs that were read."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _opened(self, pack: Path) -> BinaryIO:
        if pack not in self._files:
            file = (pack / "bytes").open("rb")
            if len(self._files) == OPEN:
                self._files.pop(next(iter(self._files))).close()
            self._files[pack] = file
        return self._files[pack]

    def _take(self, place: Path) -> None:
        for source, number, offset, length, own in np.load(place / "index.npy", allow_pickle=False):
            key = (sys.intern(source.decode()), int(number))
            self.found.setdefault(key, FinishedCopy(place, int(offset), int(length), own.decode()))
