"""Batches from cached features or from stored images: whole batches by position, one read a batch."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from podium.training.feed import shared_memory
from podium.training.feed.sampling import Batch, EpochBatches, InOrder

InputsOf = Callable[[NDArray[np.int64], int], Tensor]  # (positions, epoch) -> (n, ...)
Loader = DataLoader[tuple[Tensor, ...]]


@dataclass(frozen=True)
class Examples:
    """What a loader serves: inputs by position, targets (n, k) whose rows sum to 1, weights (n,) > 0."""

    inputs: InputsOf
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.targets)


class RowSource(Protocol):
    """What gives rows by their numbers: a NumPy array, or features on the disk."""

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.float32]: ...


class Cached:
    """Inputs from an array (m, ...): rows (n,) are the positions' places in it."""

    def __init__(self, array: RowSource, rows: NDArray[np.int64]) -> None:
        self.array, self.rows = array, rows

    def __call__(self, positions: NDArray[np.int64], epoch: int) -> Tensor:
        return torch.from_numpy(self.array[self.rows[positions]])


class Batches(Dataset[tuple[Tensor, ...]]):
    """Takes an order's batch, gives this device's (inputs, targets, weights, what its losses are divided by).

    Lightning means over devices and over accumulated batches. The divisor is the weight of the optimizer's
    whole step over both numbers: however a step is cut up, it is the step of one batch.
    """

    def __init__(self, examples: Examples, device: int = 0, devices: int = 1, accumulate: int = 1) -> None:
        self.examples, self.device, self.devices = examples, device, devices
        self.accumulate = accumulate

    def __getitem__(self, batch: Batch) -> tuple[Tensor, ...]:
        epoch, whole, step = batch
        total = float(self.examples.weights[step].sum()) / self.devices / self.accumulate
        mine = whole[self.device :: self.devices]
        return (
            self.examples.inputs(mine, epoch),
            torch.from_numpy(self.examples.targets[mine]),
            torch.from_numpy(self.examples.weights[mine]),
            torch.tensor(total),
        )


def loader(batches: Batches, order: EpochBatches | InOrder, workers: int = 0, pinned: bool = False) -> Loader:
    """Serves the order's batches. Its generator is its own: the network's randomness does not see it.

    Workers are forks where the system has them: they share the features' maps, which a spawned worker would
    be sent as copies. They are fewer where the shared memory would not feed them.
    """
    if workers:
        workers = shared_memory.fit(workers, _bytes(batches, order))
    return DataLoader(
        batches,
        batch_size=None,
        sampler=order,
        num_workers=workers,
        pin_memory=pinned,
        persistent_workers=workers > 0,
        generator=torch.Generator(),
        multiprocessing_context="fork" if workers and sys.platform == "linux" else None,
        worker_init_fn=_one_thread,
    )


def _bytes(batches: Batches, order: EpochBatches | InOrder) -> int:
    """Bytes of a batch's inputs over all devices, whose workers share the memory; from its first image."""
    first = next(iter(order), None)
    if first is None:  # no image to watch
        return 0
    epoch, whole, _ = first
    one = batches.examples.inputs(whole[:1], epoch)
    return one.element_size() * one.nelement() * len(whole)


def _one_thread(_worker: int) -> None:
    """Workers are the parallelism: OpenCV's own threads in each would fight for the same cores."""
    import cv2

    cv2.setNumThreads(0)
