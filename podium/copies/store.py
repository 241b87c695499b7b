"""Finished copies in the scratch store: packs of encoded images, found again one by one.

A pack is a scratch entry of many copies: their bytes end to end, and an index. A later run that needs more
copies reads all packs of its recipe and renders only what none of them holds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from podium import scratch
from podium.files import digest

KIND = "copies"
INDEX = np.dtype(
    [("source", "S64"), ("copy", "i4"), ("offset", "i8"), ("length", "i8"), ("digest", "S64")]
)  # source: its bytes' SHA-256 in hexadecimal; digest: the copy's own


@dataclass(frozen=True)
class Copy:
    """One encoded copy: of which source, which one, its bytes and their SHA-256."""

    source: str
    number: int
    data: bytes
    digest: str


@dataclass(frozen=True)
class Found:
    """Where a finished copy waits."""

    pack: Path
    offset: int
    length: int
    digest: str


class Store:
    """The finished copies of one recipe (policy, seed, encoder), by source and number."""

    def __init__(self, recipe: str) -> None:
        self.recipe = recipe
        self.found: dict[tuple[str, int], Found] = {}
        for place in sorted((scratch.root() / KIND).glob(f"{recipe}-*")):
            if scratch.find(KIND, place.name):
                self._take(place)

    def keep(self, copies: list[Copy]) -> None:
        """Adds a pack. Its key names all that it holds, so that equal keys hold equal bytes."""
        key = f"{self.recipe}-{digest([[copy.source, copy.number] for copy in copies])[:32]}"

        def build(folder: Path) -> None:
            index = np.zeros(len(copies), INDEX)
            offset = 0
            with (folder / "bytes").open("wb") as file:
                for row, copy in enumerate(copies):
                    file.write(copy.data)
                    index[row] = (copy.source, copy.number, offset, len(copy.data), copy.digest)
                    offset += len(copy.data)
            np.save(folder / "index.npy", index, allow_pickle=False)

        self._take(scratch.obtain(KIND, key, build))

    def read(self, keys: list[tuple[str, int]], otherwise: Callable[[str, int], Copy]) -> Iterator[Copy]:
        """The copies of `keys`, in that order; `otherwise` makes one that was evicted in the meantime."""
        files: dict[Path, BinaryIO] = {}
        with ExitStack() as stack:
            for source, number in keys:
                place = self.found.get((source, number))
                try:
                    if place is None:
                        raise FileNotFoundError
                    if place.pack not in files:
                        files[place.pack] = stack.enter_context((place.pack / "bytes").open("rb"))
                except FileNotFoundError:
                    yield otherwise(source, number)
                    continue
                file = files[place.pack]
                file.seek(place.offset)
                yield Copy(source, number, file.read(place.length), place.digest)

    def _take(self, place: Path) -> None:
        for source, number, offset, length, own in np.load(place / "index.npy", allow_pickle=False):
            key = (source.decode(), int(number))
            self.found.setdefault(key, Found(place, int(offset), int(length), own.decode()))
