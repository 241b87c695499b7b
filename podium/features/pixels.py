"""From stored bytes to batches: decoded once for all views, in threads, ahead of the network."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.contracts.model import Preprocessing
from podium.features.items import Item
from podium.foundation.errors import UserError
from podium.foundation.run import cores
from podium.images.pixels import decode, square
from podium.images.shards import Reader

WHITE = 255.0
Squares = dict[int, NDArray[np.uint8]]  # side -> (n, side, side, 3)


def decoders(device: str) -> int:
    """Threads that decode: as many as compute on a CPU; beside a device every core that this process has."""
    return torch.get_num_threads() if device == "cpu" else cores()


def read_ahead(
    runs: Sequence[Sequence[Item]],
    sides: Sequence[int],
    preprocessing: Preprocessing,
    root: Path,
    threads: int,
) -> Iterator[Squares]:
    """Each run's images as squares of every side in `sides`, the next run decoding while one is used."""
    reader = Reader(root)
    cv2.setNumThreads(0)  # one image a thread

    def load(item: Item) -> list[NDArray[np.uint8]]:
        return _squares(reader, item, sides, preprocessing)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        waiting = [pool.submit(load, item) for item in runs[0]] if runs else []
        for number in range(len(runs)):
            current = waiting
            following = runs[number + 1] if number + 1 < len(runs) else []
            waiting = [pool.submit(load, item) for item in following]
            yield {
                side: np.stack([task.result()[place] for task in current]) for place, side in enumerate(sides)
            }


class Normalise(nn.Module):
    """Pixels as bytes (n, 3, h, w) to the network's inputs, float32, on whatever device they lie."""

    mean: Tensor
    std: Tensor

    def __init__(self, preprocessing: Preprocessing) -> None:
        super().__init__()
        for name, values in (("mean", preprocessing.mean), ("std", preprocessing.std)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1) * WHITE, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images; what is no bytes stays as it is."""
        return (images.float() - self.mean) / self.std if images.dtype == torch.uint8 else images


def to_bytes(images: NDArray[np.uint8]) -> Tensor:
    """Bytes (n, 3, h, w) in channels_last memory, of RGB pixels (n, h, w, 3)."""
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def to_tensor(images: NDArray[np.uint8], preprocessing: Preprocessing) -> Tensor:
    """Normalised float32 (n, 3, h, w) in channels_last memory, of RGB pixels (n, h, w, 3)."""
    found: Tensor = Normalise(preprocessing)(to_bytes(images))
    return found


def _squares(
    reader: Reader, item: Item, sides: Sequence[int], preprocessing: Preprocessing
) -> list[NDArray[np.uint8]]:
    try:
        pixels = decode(reader.read(item.shard, item.offset, item.length))
    except (ValueError, OSError):
        raise UserError(
            f"data/{item.shard}: the image at byte {item.offset} cannot be read: run `dvc repro -f ingest`."
        ) from None
    return [square(pixels, side, preprocessing.resize, preprocessing.interpolation) for side in sides]  # type: ignore[arg-type]
