"""Builds a network by name: its module, its weights, and how it wants its images."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from podium.contracts.model import ModelCard, Preprocessing, read_card
from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.foundation.run import derive
from podium.images.sizes import STEP, natural_side
from podium.networks import heads, libraries, registry
from podium.networks.registry import Entry

SMALLEST_AUTO = 64  # pixels; below it five halvings leave too few positions


@dataclass(frozen=True)
class Network:
    """A network and what must be known to feed it and to build it again."""

    name: str  # as in params.yaml
    module: nn.Module  # images (n, 3, size, size) -> logits (n, k)
    preprocessing: Preprocessing
    weights: str  # where they came from: a tag, `random`, or a file's sha256
    minimum_size: int  # pixels
    fixed_size: int | None  # pixels, of networks that take one size only
    head: str  # the dotted name of what maps pooled features to logits
    options: dict[str, Any] = field(default_factory=dict)  # for card.resolved["network"]: what `load` needs
    source: WeightsFile | None = None  # the published file of weights, where one was fetched


def build(
    model: str,
    pretrained: bool | str,
    classes: int,
    size: int | None = None,
    *,
    seed: int = 0,
    resize: str = "squash",
    attention: str = "none",
    head: str = "linear",
    dropout: float = 0.0,
    pin: WeightsFile | None = None,
) -> Network:
    """The network `model` with `classes` outputs for images of `size` (None: its own size).

    Random weights, and the new head's, are a function of `seed` alone; published ones are those of `pin`,
    else today's. Raises UserError for an unknown name, a size that the network cannot take, or weights that
    cannot be had.
    """
    entry = registry.find(model)
    size = entry.size if size is None else size
    check_size(model, entry, size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "network", model) % 2**63)
        made = libraries.build(libraries.NetworkSpec(model, entry, pretrained, classes, size, attention, pin))
        name = heads.dress(made.module, head, dropout)
    return Network(
        name=model,
        module=made.module.eval(),
        preprocessing=Preprocessing(
            size=size, mean=entry.mean, std=entry.std, interpolation=entry.interpolation, resize=resize
        ),
        weights=made.weights,
        minimum_size=entry.minimum_size,
        fixed_size=entry.fixed_size,
        head=name,
        options={"attention": attention, "head": head, "dropout": dropout},
        source=made.source,
    )


def input_size(model: str, wanted: int | str, median_short_side: float) -> int:
    """Pixels of the network's square input: `wanted`, or for "auto" what fits the images and the network."""
    entry = registry.find(model)
    if wanted != "auto":
        check_size(model, entry, int(wanted))
        return int(wanted)
    return auto_size(entry, median_short_side)


def auto_size(entry: Entry, median_short_side: float) -> int:
    """What suits the images' median short side, within [64, the network's own size].

    A network of one size takes a smaller one where timm can resize its embeddings.
    """
    rounded = natural_side(median_short_side)
    if entry.fixed_size:
        wanted = max(SMALLEST_AUTO, rounded)
        smaller = wanted < entry.fixed_size and libraries.takes(entry, wanted)
        return wanted if smaller else entry.fixed_size
    lowest = max(SMALLEST_AUTO, -(-entry.minimum_size // STEP) * STEP)
    return max(lowest, min(rounded, entry.size))


def check_size(model: str, entry: Entry, size: int) -> None:
    """Raises UserError where the network cannot take images of `size`."""
    if entry.library == "torchvision" and entry.fixed_size and size != entry.fixed_size:
        raise UserError(
            f"params.yaml: image.size: {model} takes {entry.fixed_size} pixels and nothing else, "
            f"found {size}: set image.size to {entry.fixed_size} or auto."
        )
    smallest = STEP if entry.fixed_size else entry.minimum_size
    if size < smallest:
        raise UserError(
            f"params.yaml: image.size: {model} needs at least {smallest} pixels, found {size}: "
            f"set image.size to {smallest} or more, or to auto."
        )


def load(folder: Path) -> tuple[Network, ModelCard]:
    """The trained network of models/fold<k>/, in eval mode, and its card. Nothing in it is a pickle."""
    from safetensors.torch import load_model

    card = read_card(folder / "model.json")
    made = card.preprocessing
    options = card.resolved.get("network", {})
    network = build(card.model, False, len(card.classes), made.size, resize=made.resize, **options)
    try:
        load_model(network.module, folder / "model.safetensors", strict=True)
    except FileNotFoundError:
        raise UserError(f"{folder / 'model.safetensors'} is missing: run `dvc repro`.") from None
    except RuntimeError:
        raise UserError(
            f"{folder / 'model.safetensors'} does not fit {card.model} as {folder / 'model.json'} "
            "describes it: run `dvc repro -f train`."
        ) from None
    return network, card


def save(network: Network, folder: Path) -> None:
    """Writes the network's weights to model.safetensors in `folder`."""
    from safetensors.torch import save_model

    from podium.foundation.files import replacing

    with replacing(folder / "model.safetensors") as draft:
        save_model(network.module, str(draft))
