"""What the tail is fed: features that the frozen part gave once, or images."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from podium.contracts.model import Preprocessing
from podium.features.engine import row_shape
from podium.features.items import bytes_of, items_of
from podium.features.store import GIGA, features
from podium.images.shards import Reader
from podium.networks import cut
from podium.networks.precision import precision
from podium.training.feed.data import Cached, Inputs
from podium.training.feed.pictures import Augment, Pictures


@dataclass(frozen=True)
class Feed:
    """The module that trains and what it takes."""

    tail: nn.Module
    inputs: list[Inputs]  # of the training rows and of the validation rows
    shape: tuple[int, ...]  # of one input
    cached: bool  # features, and not images


def outlook(
    parts: cut.Cut, count: int, preprocessing: Preprocessing, budget_gb: float, device: str, *, fresh: bool
) -> tuple[tuple[int, ...], bool]:
    """(shape of one input, are they features) that `feed` will give for `count` images: known at once."""
    shape: tuple[int, ...] = (3, preprocessing.size, preprocessing.size)
    if parts.frozen is None or fresh:
        return shape, False
    found = row_shape(parts.frozen, torch.zeros(1, *shape))
    needed = count * int(np.prod(found)) * bytes_of(precision(parts.frozen, device))
    return (found, True) if needed <= budget_gb * GIGA else (shape, False)


def feed(
    parts: cut.Cut,
    frames: list[pd.DataFrame],
    preprocessing: Preprocessing,
    *,
    budget_gb: float,
    device: str,
    seed: int,
    root: Path,
    augment: Augment | None = None,
) -> Feed:
    """Features where something is frozen, they fit the disk budget and no fresh augmentation is asked for.

    Else the whole network takes images, its frozen part in eval mode. Augmentation is for the first frame.
    """
    if parts.frozen is not None and augment is None:
        items = [item for frame in frames for item in items_of(frame)]
        found = features(items, parts.frozen, preprocessing, budget_gb=budget_gb, device=device, root=root)
        if found is not None:
            ends = np.cumsum([len(frame) for frame in frames])
            spans = [np.arange(end - len(frame), end) for end, frame in zip(ends, frames, strict=True)]
            parts.frozen.to("cpu")  # its work is done: the device's memory is the tail's
            return Feed(parts.tail, [Cached(found, span) for span in spans], found.row_shape, cached=True)
    reader = Reader(root)
    pictures: list[Inputs] = [
        Pictures(frame, reader, preprocessing, seed, augment if number == 0 else None)
        for number, frame in enumerate(frames)
    ]
    tail = parts.tail if parts.frozen is None else cut.from_images(parts)
    return Feed(tail, pictures, (3, preprocessing.size, preprocessing.size), cached=False)
