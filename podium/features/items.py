"""What features are made of: images by their place, views of them, and the arrays that result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from podium.networks.precision import Precision


@dataclass(frozen=True)
class Item:
    """One stored image."""

    digest: str  # of its encoded bytes: what the store knows it by
    shard: str  # path below data/
    offset: int
    length: int


def items_of(frame: pd.DataFrame) -> list[Item]:
    """The items of a table with digest, shard, offset and length: the manifest, or images.below_data(…)."""
    columns = (frame["digest"], frame["shard"], frame["offset"], frame["length"])
    return [
        Item(str(d), str(s), int(o), int(n))
        for d, s, o, n in zip(*(c.tolist() for c in columns), strict=True)
    ]


def _as_it_is(images: Tensor) -> Tensor:
    return images


@dataclass(frozen=True)
class View:
    """A way to look at an image: `apply` maps a normalised batch (n, 3, side, side) to the network's."""

    name: str  # tells it from every other view, parameters included
    apply: Callable[[Tensor], Tensor] = _as_it_is
    canvas: float = 1.0  # the side of what `apply` takes, as a multiple of the network's input
    moves: bool = False  # it only moves pixels, so that it maps bytes as well


IDENTITY = View("identity", moves=True)


@dataclass(frozen=True)
class StoredFeatures:
    """A read-only array float32 (n, ...) whose rows lie in blocks on the disk.

    Indexing with an integer array, a slice or an integer reads those rows. Rows of (c, h, w) come in
    channels_last memory, as convolutions on CPUs like it.
    """

    blocks: tuple[NDArray[Any], ...]
    block_of: NDArray[np.int64]  # (n,)
    row_of: NDArray[np.int64]  # (n,) in its block
    row_shape: tuple[int, ...]  # (...) of a row as the network gave it
    kind: Precision

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, ...)."""
        return (len(self.row_of), *self.row_shape)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """float32, whatever lies on the disk."""
        return np.dtype(np.float32)

    @property
    def nbytes(self) -> int:
        """Bytes on the disk."""
        return len(self) * int(np.prod(self.row_shape)) * bytes_of(self.kind)

    def __len__(self) -> int:
        return len(self.row_of)

    def __getitem__(self, rows: NDArray[np.int64] | list[int] | slice | int) -> NDArray[np.float32]:
        if isinstance(rows, int | np.integer):
            one: NDArray[np.float32] = self[np.asarray([int(rows)])][0]
            return one
        chosen = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        block_of, row_of = self.block_of[chosen], self.row_of[chosen]
        found: NDArray[Any] | None = None
        for number in np.unique(block_of):
            mine = np.flatnonzero(block_of == number)
            part = self.blocks[number][row_of[mine]]
            if found is None:
                found = np.empty((len(chosen), *part.shape[1:]), part.dtype)
            found[mine] = part
        if found is None:
            return np.empty((0, *self.row_shape), np.float32)
        values = as_float32(found, self.kind)
        return np.moveaxis(values, -1, 1) if channels_first(self.row_shape) else values


def channels_first(row_shape: tuple[int, ...]) -> bool:
    """Is a row (c, h, w) with h == w? Such rows lie on the disk as (h, w, c)."""
    return len(row_shape) == 3 and row_shape[1] == row_shape[2]


def bytes_of(kind: Precision) -> int:
    """Bytes of one number on the disk."""
    return 4 if kind == "float32" else 2


def as_float32(stored: NDArray[Any], kind: Precision) -> NDArray[np.float32]:
    """Numbers as they lie on the disk, as float32; bfloat16 lies as the upper half of float32's bits."""
    if kind == "bfloat16":
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored.astype(np.float32, copy=False)
