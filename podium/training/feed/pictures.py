"""Pixels from stored images: decoded, augmented where asked, made square."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from podium.contracts.model import Preprocessing
from podium.features.pixels import to_bytes
from podium.foundation.run import derive
from podium.images.pixels import Pixels, decode, square
from podium.images.shards import Reader

Augment = Callable[[Pixels, np.random.Generator], Pixels]  # RGB in, RGB out; any size


class Pictures:
    """Pixels (n, 3, size, size) as bytes of the rows at the asked positions: normalised on the device.

    A fresh augmentation is a function of (seed, image, epoch): workers and batches change nothing.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        reader: Reader,
        preprocessing: Preprocessing,
        seed: int = 0,
        augment: Augment | None = None,
    ) -> None:
        self.ids = frame["image_id"].to_numpy(object)
        self.shards = frame["shard"].to_numpy(object)
        self.offsets = frame["offset"].to_numpy(np.int64)
        self.lengths = frame["length"].to_numpy(np.int64)
        self.reader, self.preprocessing, self.seed, self.augment = reader, preprocessing, seed, augment

    def __call__(self, positions: NDArray[np.int64], epoch: int) -> Tensor:
        size = self.preprocessing.size
        pixels = np.empty((len(positions), size, size, 3), np.uint8)  # a device's share may be empty
        for row, position in enumerate(positions):
            pixels[row] = self._pixels(int(position), epoch)
        return to_bytes(pixels)

    def _pixels(self, position: int, epoch: int) -> Pixels:
        place = self.shards[position], int(self.offsets[position]), int(self.lengths[position])
        pixels = decode(self.reader.read(*place))
        if self.augment is not None:
            seed = derive(self.seed, "online", self.ids[position], epoch)
            pixels = self.augment(pixels, np.random.default_rng(seed))
        made = self.preprocessing
        return square(pixels, made.size, made.resize, made.interpolation)  # type: ignore[arg-type]
