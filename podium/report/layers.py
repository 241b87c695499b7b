"""What the network's first layers look for: their filters, and what they make of one image."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from podium.contracts import model
from podium.images.mosaic import mosaic
from podium.images.pixels import Pixels, decode, square
from podium.images.shards import Reader
from podium.report.blocks import Block, Cards, Part, PictureCard, Sentences
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.thumbs import data_uri

if TYPE_CHECKING:
    from torch import nn

LAYERS = 3  # convolutions shown, in running order
MOST = 64  # filters or maps of a layer
COLUMNS = 16
FILTER_SIDE, MAP_SIDE = 28, 56  # pixels that one is drawn with


def layers(run: Evidence, params: ReportParams) -> Part:
    """Filters of the first fold's network, and feature maps of its first validation image."""
    if not params.layers or not run.cards:
        return Part("Layers")
    card = run.cards[0]
    name = next(i for i, fold in zip(run.ids, run.fold_of, strict=True) if fold == card.fold)
    row: Any = run.images.loc[name]
    place = (f"images/{row['shard']}", int(row["offset"]), int(row["length"]))
    image = decode(Reader(Path("data")).read(*place))
    filters, maps = look(model.folder(card.fold), image)
    if not filters:
        return Part("Layers", [Sentences([f"{card.model} has no convolution to show."])])
    blocks: list[Block] = [
        Sentences([f"The first convolutions of fold {card.fold}'s network, at most {MOST} of each."])
    ]
    blocks.append(
        Cards(
            [
                PictureCard(data_uri(sheet, None), [f"filters of {layer}"], wide=True)
                for layer, sheet in filters
            ]
        )
    )
    blocks.append(Sentences([f"What they make of {name}:"]))
    sample = PictureCard(data_uri(image), ["the image"])
    blocks.append(
        Cards(
            [
                sample,
                *(PictureCard(data_uri(sheet, None), [f"after {layer}"], wide=True) for layer, sheet in maps),
            ]
        )
    )
    return Part("Layers", blocks)


def look(folder: Path, image: Pixels) -> tuple[list[tuple[str, Pixels]], list[tuple[str, Pixels]]]:
    """(name, sheet) of each layer's filters, and of its feature maps of `image`."""
    import torch
    from torch import nn

    from podium.networks.build import load

    network, card = load(folder)
    wanted = card.preprocessing
    pixels = square(image, wanted.size, wanted.resize, wanted.interpolation)  # type: ignore[arg-type]
    scaled = (pixels / 255 - np.array(wanted.mean)) / np.array(wanted.std)
    found: list[tuple[str, nn.Conv2d, NDArray[np.float32]]] = []
    hooks = [
        module.register_forward_hook(_keep(found, name, module))
        for name, module in network.module.named_modules()
        if isinstance(module, nn.Conv2d)
    ]
    with torch.inference_mode():
        network.module.eval()(torch.from_numpy(scaled.astype(np.float32).transpose(2, 0, 1).copy())[None])
    for hook in hooks:
        hook.remove()
    filters = [(name, filter_sheet(conv.weight.detach().numpy())) for name, conv, _ in found]
    return filters, [(name, map_sheet(value)) for name, _, value in found]


def _keep(found: list[Any], name: str, module: "nn.Conv2d") -> Any:
    def hook(_module: Any, _inputs: Any, output: Any) -> None:
        if len(found) < LAYERS:
            found.append((name, module, output[0].numpy()))

    return hook


def filter_sheet(weights: NDArray[np.float32]) -> Pixels:
    """(out, in, h, w) as small pictures, each to its range: colours where in is 3, else the mean over in."""
    shown = weights[:MOST]
    colors = shown if shown.shape[1] == 3 else np.repeat(shown.mean(1, keepdims=True), 3, axis=1)
    return mosaic([_stretched(one.transpose(1, 2, 0), FILTER_SIDE) for one in colors], COLUMNS)


def map_sheet(values: NDArray[np.float32]) -> Pixels:
    """(channels, h, w) as small grey pictures, each to its range."""
    grey = np.repeat(values[:MOST, ..., None], 3, axis=3)
    return mosaic([_stretched(one, MAP_SIDE) for one in grey], COLUMNS)


def _stretched(values: NDArray[np.float32], side: int) -> Pixels:
    low, high = float(values.min()), float(values.max())
    levels = ((values - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    rows, columns = (np.arange(side) * n // side for n in levels.shape[:2])
    return np.asarray(levels[rows][:, columns])
