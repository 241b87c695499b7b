"""Where a trained network looked: class activation maps, and the part of an image they point at."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.contracts import model
from podium.contracts.model import Preprocessing
from podium.copies.orders import Box
from podium.experiments import revisions
from podium.features.pixels import to_tensor
from podium.images.pixels import decode, square
from podium.images.shards import Reader
from podium.networks.build import load

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 16
SIDES = (0.5, 0.9)  # of the image: a crop is no smaller and no larger
SPREAD = 4.0  # standard deviations of the map that a crop's side covers


def boxes(revision: str, rows: pd.DataFrame, data: Path) -> list[Box]:
    """The part of each image that spoke for its label, to the model that never saw it.

    rows: the manifest's originals with fold >= 0; the revision's models/fold<k>/ are read from its cache.
    """
    found: dict[str, Box] = {}
    for fold, part in rows.groupby("fold"):
        folder = model.folder(int(str(fold)))
        network, _ = load(revisions.fetch(revision, (folder.as_posix(),)) / folder)
        for batch in _batches(part):
            found |= dict(
                zip(
                    batch["image_id"], _boxes(network.module, network.preprocessing, batch, data), strict=True
                )
            )
    return [found[image_id] for image_id in rows["image_id"]]


def maps(module: nn.Module, images: Tensor, labels: Tensor) -> NDArray[np.float64]:
    """Grad-CAM (Selvaraju et al. 2017) of `labels` (n,) on the last feature maps: (n, h, w), from 0 on.

    A network without spatial feature maps gives the strength of the input's gradient instead.
    """
    kept: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and min(_channels_first(output).shape[2:]) > 1:
            kept[:] = [output]

    hooks = [leaf.register_forward_hook(keep) for leaf in module.modules() if not list(leaf.children())]
    images = images.detach().requires_grad_(True)
    try:
        logits = module.eval()(images)
    finally:
        for hook in hooks:
            hook.remove()
    score = logits[torch.arange(len(labels)), labels].sum()
    if not kept:
        (gradient,) = torch.autograd.grad(score, images)
        return np.asarray(gradient.abs().sum(1).double().numpy())
    (gradient,) = torch.autograd.grad(score, kept[0])
    weights = _channels_first(gradient).mean((2, 3), keepdim=True)
    found = (weights * _channels_first(kept[0])).sum(1).clamp(min=0)
    return np.asarray(found.detach().double().numpy())


def box(activation: NDArray[np.float64]) -> Box:
    """The crop around a map (h, w): about its centre of mass, as wide as it spreads. Shares of the square."""
    total = activation.sum()
    if total <= 0:
        activation, total = np.ones_like(activation), float(activation.size)
    (left, right), (top, bottom) = (_interval(activation.sum(axis=axis) / total) for axis in (0, 1))
    return Box(left, top, right, bottom)


def _interval(mass: NDArray[np.float64]) -> tuple[float, float]:
    centres = (np.arange(len(mass)) + 0.5) / len(mass)
    centre = float(mass @ centres)
    deviation = float(mass @ (centres - centre) ** 2) ** 0.5
    side = min(max(SPREAD * deviation, SIDES[0]), SIDES[1])
    start = min(max(centre - side / 2, 0.0), 1 - side)
    return start, start + side


def on_image(part: Box, width: int, height: int, resize: str) -> Box:
    """A part of the network's square as a part of the image that became it."""
    if resize == "squash" or width == height:
        return part
    side = min(width, height) if resize == "crop" else max(width, height)

    def back(share: float, length: int) -> float:
        return min(max((share * side + (length - side) / 2) / length, 0.0), 1.0)

    return Box(
        back(part.left, width), back(part.top, height), back(part.right, width), back(part.bottom, height)
    )


def _boxes(module: nn.Module, preprocessing: Preprocessing, rows: pd.DataFrame, data: Path) -> list[Box]:
    reader = Reader(data)
    places = rows[["shard", "offset", "length"]].itertuples(index=False)
    images = [decode(reader.read(str(shard), int(at), int(length))) for shard, at, length in places]
    how = preprocessing.size, preprocessing.resize, preprocessing.interpolation
    squares = np.stack([square(image, *how) for image in images])  # type: ignore[arg-type]
    found = maps(module, to_tensor(squares, preprocessing), torch.tensor(rows["label"].tolist()))
    return [
        on_image(box(activation), image.shape[1], image.shape[0], preprocessing.resize)
        for activation, image in zip(found, images, strict=True)
    ]


def _batches(rows: pd.DataFrame) -> "Iterator[pd.DataFrame]":
    return (rows.iloc[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _channels_first(maps: Tensor) -> Tensor:
    """Some transformers keep (n, h, w, c)."""
    _, a, b, c = maps.shape
    return maps.permute(0, 3, 1, 2) if a == b != c else maps
