"""Which images make up each batch of each epoch: a function of (seed, fold, epoch) alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from podium.foundation.run import derive

Indices = NDArray[np.int64]
# (epoch, positions of the whole batch whatever the number of devices, those of the optimizer's whole step)
Batch = tuple[int, Indices, Indices]


class EpochBatches:
    """Yields the batches of one epoch; Lightning moves the epoch on through `set_epoch`.

    Every batch has the same size, give or take one: no image is left out and no batch is a remainder.
    """

    def __init__(
        self,
        n: int,
        batch_size: int,
        seed: int,
        first_epoch: int = 0,
        chances: NDArray[np.float64] | None = None,
        accumulate: int = 1,
    ) -> None:
        self.n, self.batch_size, self.seed, self.accumulate = n, batch_size, seed, accumulate
        self.first_epoch, self.epoch, self.chances = first_epoch, first_epoch, chances

    def set_epoch(self, epoch: int) -> None:
        """Lightning counts epochs from 0 after a resume too."""
        self.epoch = self.first_epoch + epoch

    def __len__(self) -> int:
        return batches(self.n, self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        generator = np.random.default_rng(derive(self.seed, "order", self.epoch))
        if self.chances is None:
            positions = generator.permutation(self.n)
        else:
            positions = generator.choice(self.n, self.n, replace=True, p=self.chances)
        parts = np.array_split(positions, len(self))
        for first in range(0, len(parts), self.accumulate):
            step = parts[first : first + self.accumulate]
            for part in step:
                yield self.epoch, part, np.concatenate(step)


class InOrder:
    """Yields all positions as they stand: for validation."""

    def __init__(self, n: int, batch_size: int) -> None:
        self.n, self.batch_size = n, batch_size

    def __len__(self) -> int:
        return batches(self.n, self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        for start in range(0, self.n, self.batch_size):
            part = np.arange(start, min(start + self.batch_size, self.n))
            yield 0, part, part


def batches(n: int, batch_size: int) -> int:
    """The number of batches that n images fill, at least 1."""
    return max(1, -(-n // batch_size))


def balanced(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The chance (n,) of each image with which every class comes equally often."""
    counts = np.bincount(labels)
    present = np.count_nonzero(counts)
    return 1.0 / (counts[labels] * present)
