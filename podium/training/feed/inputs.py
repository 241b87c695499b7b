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
from podium.networks.precision import Precision, precision
from podium.training.feed.data import Cached, InputsOf
from podium.training.feed.pictures import Augment, Pictures


@dataclass(frozen=True)
class Outlook:
    """The module that trains and what it takes: known before anything is computed."""

    tail: nn.Module
    shape: tuple[int, ...]  # of one input
    cached: bool  # features, and not images
    needed: int = 0  # bytes that all features take
    kind: Precision = "float32"  # of the features


def outlook(
    parts: cut.Cut,
    count: int,
    preprocessing: Preprocessing,
    budget_gb: float,
    device: str,
    *,
    fresh: bool,
    exact: bool,
) -> Outlook:
    """Features of `count` images where something is frozen and they fit the disk budget; else images.

    Fresh augmentation takes images. The whole network takes them with its frozen part in eval mode. Features
    are in the device's quicker numbers, unless `exact`: what is trained above them learns to read them.
    """
    shape: tuple[int, ...] = (3, preprocessing.size, preprocessing.size)
    needed = 0
    if parts.frozen is not None and not fresh:
        found = row_shape(parts.frozen, torch.zeros(1, *shape))
        kind: Precision = "float32" if exact else precision(parts.frozen, device)
        needed = count * int(np.prod(found)) * bytes_of(kind)
        if needed <= budget_gb * GIGA:
            return Outlook(parts.tail, found, True, needed, kind)
    return Outlook(cut.from_images(parts), shape, False, needed)


def kept(
    frozen: nn.Module,
    frames: list[pd.DataFrame],
    preprocessing: Preprocessing,
    kind: Precision,
    device: str,
    root: Path,
) -> list[InputsOf]:
    """What the frozen part makes of the frames' images, from the store or computed now."""
    items = [item for frame in frames for item in items_of(frame)]
    found = features(items, frozen, preprocessing, device=device, root=root, kind=kind)
    assert found is not None  # without a budget
    frozen.to("cpu")  # its work is done: the device's memory is the tail's
    ends = np.cumsum([len(frame) for frame in frames])
    return [Cached(found, np.arange(end - len(frame), end)) for end, frame in zip(ends, frames, strict=True)]


def pictures(
    frames: list[pd.DataFrame],
    preprocessing: Preprocessing,
    root: Path,
    seed: int,
    augment: Augment | None = None,
) -> list[InputsOf]:
    """The frames' images; augmentation is for the first frame."""
    reader = Reader(root)
    return [
        Pictures(frame, reader, preprocessing, seed, augment if number == 0 else None)
        for number, frame in enumerate(frames)
    ]
