"""A picture of the first batch as the network sees it: augmented, mixed, with the normalisation undone."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from podium.contracts.model import Preprocessing
from podium.features.pixels import Normalise
from podium.foundation.run import derive
from podium.images.mosaic import mosaic
from podium.images.pixels import Pixels, encode, shrink
from podium.training.feed.data import Examples, InputsOf
from podium.training.feed.sampling import EpochBatches
from podium.training.loop.learner import LearningPlan

TILES, COLUMNS = 24, 6
SIDE = 96  # pixels of a tile, at most
LARGEST = 100_000  # bytes
QUALITIES = (90, 75, 60, 45, 30, 15, 5)


def first_batch(
    examples: Examples,
    images: InputsOf,
    order: EpochBatches,
    plan: LearningPlan,
    preprocessing: Preprocessing,
    *,
    mixed: bool,
) -> bytes:
    """A JPEG of at most 100 kB; `images` gives images of the positions that `order` begins with.

    `mixed` says whether what is mixed are images: features are mixed behind the cut, where no eye looks.
    """
    epoch, positions, _ = next(iter(order))
    inputs = Normalise(preprocessing)(images(positions, epoch))
    if plan.mixing is not None and mixed:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(plan.seed, "epoch", epoch, 0))  # as the learner does before this batch
            targets, weights = (torch.from_numpy(a[positions]) for a in (examples.targets, examples.weights))
            inputs, _, _ = plan.mixing(inputs, targets, weights)
    return smallest_enough(sheet(undone(inputs[:TILES], preprocessing)))


def undone(images: Tensor, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Pixels (n, h, w, 3) of normalised images (n, 3, h, w)."""
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (preprocessing.mean, preprocessing.std))
    levels = ((images * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
    pixels: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).contiguous().numpy()
    return pixels


def sheet(images: NDArray[np.uint8]) -> Pixels:
    """Images (n, side, side, 3) in rows of six, large ones shrunk, parted by white."""
    return mosaic([shrink(image, SIDE) for image in images], COLUMNS)


def smallest_enough(pixels: Pixels) -> bytes:
    """The JPEG of the best quality that keeps within the limit."""
    for quality in QUALITIES:
        data = encode(pixels, ".jpg", quality)
        if len(data) <= LARGEST:
            return data
    return data
