"""Builds a network by name: its module, its weights, and how it wants its images."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from podium.contracts.model import ModelCard, Preprocessing, read_card
from podium.foundation.errors import UserError
from podium.foundation.run import derive
from podium.images.sizes import STEP, natural_side
from podium.networks import heads, registry, weights
from podium.networks.registry import Entry

SMALLEST_AUTO = 64  # pixels; below it five halvings leave too few positions
ATTENTION = {"se": "se", "cbam": "cbam"}  # our word -> timm's


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
) -> Network:
    """The network `model` with `classes` outputs for images of `size` (None: its own size).

    Random weights, and the new head's, are a function of `seed` alone. Raises UserError for an unknown
    name, a size that the network cannot take, or weights that cannot be had.
    """
    entry = registry.find(model)
    size = entry.size if size is None else size
    check_size(model, entry, size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "network", model) % 2**63)
        module, tag = _build(model, entry, pretrained, classes, size, attention)
        name = heads.dress(module, head, dropout)
    return Network(
        name=model,
        module=module.eval(),
        preprocessing=Preprocessing(
            size=size, mean=entry.mean, std=entry.std, interpolation=entry.interpolation, resize=resize
        ),
        weights=tag,
        minimum_size=entry.minimum_size,
        fixed_size=entry.fixed_size,
        head=name,
        options={"attention": attention, "head": head, "dropout": dropout},
    )


def input_size(model: str, wanted: int | str, median_short_side: int) -> int:
    """Pixels of the network's square input: `wanted`, or for "auto" what fits the images and the network."""
    entry = registry.find(model)
    if wanted != "auto":
        check_size(model, entry, int(wanted))
        return int(wanted)
    return auto_size(entry, median_short_side)


def auto_size(entry: Entry, median_short_side: int) -> int:
    """What suits the images' median short side, within [64, the network's own size]."""
    if entry.fixed_size:
        return entry.fixed_size
    rounded = natural_side(median_short_side)
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


def _build(
    model: str, entry: Entry, pretrained: bool | str, classes: int, size: int, attention: str
) -> tuple[nn.Module, str]:
    builder = {"own": _own, "timm": _timm, "torchvision": _torchvision}[entry.library]
    if attention != "none" and entry.library != "timm":
        raise _no_attention(model, attention)
    if isinstance(pretrained, str):
        module, _ = builder(model, entry, False, classes, size, attention)
        return module, weights.from_file(Path(pretrained), module)
    return builder(model, entry, pretrained, classes, size, attention)


def _own(
    model: str, entry: Entry, pretrained: bool, classes: int, size: int, attention: str
) -> tuple[nn.Module, str]:
    if pretrained:
        raise UserError(
            f"params.yaml: pretrained: {model} is our own network and has no pretrained weights: "
            "set pretrained to false, or to the path of a .safetensors file."
        )
    module: nn.Module = registry.own(entry.name).build(classes, size)
    return module, "random"


def _timm(
    model: str, entry: Entry, pretrained: bool, classes: int, size: int, attention: str
) -> tuple[nn.Module, str]:
    import timm

    options: dict[str, Any] = {}
    if entry.fixed_size and size != entry.fixed_size:
        options["img_size"] = size
    if attention != "none":
        options["block_args"] = {"attn_layer": ATTENTION[attention]}
        options["pretrained_strict"] = False  # published weights have none for the attention: it begins anew
    try:
        if pretrained and entry.name.partition(".")[0] in weights.PACKAGES and not options:
            module: Any = timm.create_model(entry.name)
            tag = weights.from_package(entry.name, module)
            if tag is not None:
                module.reset_classifier(classes)
                return module, tag
        if pretrained:
            return _from_hub(entry.name, classes, options)
        return timm.create_model(entry.name, num_classes=classes, **options), "random"
    except TypeError:
        if attention != "none":
            raise _no_attention(model, attention) from None
        if "img_size" in options:
            raise UserError(
                f"params.yaml: image.size: {model} takes {entry.fixed_size} pixels and nothing else, found "
                f"{size}: set image.size to {entry.fixed_size} or auto."
            ) from None
        raise


def _from_hub(name: str, classes: int, options: dict[str, Any]) -> tuple[nn.Module, str]:
    import timm

    config: Any = timm.get_pretrained_cfg(name, allow_unregistered=True)
    if not config.has_weights:
        raise UserError(
            f"params.yaml: pretrained: nobody published weights of {name}: set pretrained to false, or to "
            "the path of a local .safetensors file."
        )
    weights.fail_fast()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = timm.create_model(name, pretrained=True, num_classes=classes, **options)
    except (TypeError, UserError):
        raise
    except Exception as error:
        raise weights.offline(name, error) from None
    return module, f"timm:{config.architecture}.{config.tag}"


def _torchvision(
    model: str, entry: Entry, pretrained: bool, classes: int, size: int, attention: str
) -> tuple[nn.Module, str]:
    from torchvision.models import get_model_weights

    builder = registry.torchvision_builder(entry.name)
    if not pretrained:
        module = _without_auxiliaries(_quietly(builder, entry.name, weights=None))
        heads.replace(module, classes)
        return module, "random"
    chosen = get_model_weights(entry.name).DEFAULT
    try:
        module = _without_auxiliaries(builder(weights=chosen))
    except Exception as error:
        raise weights.offline(model, error) from None
    heads.replace(module, classes)
    return module, f"torchvision:{chosen}"


def _quietly(builder: Any, name: str, **options: Any) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # googlenet and inception_v3 warn about their initialisation
        module: nn.Module = builder(**options)
    return module


def _without_auxiliaries(module: Any) -> nn.Module:
    """GoogLeNet and Inception as plain networks: no auxiliary heads, no second normalisation."""
    for name in ("aux1", "aux2", "AuxLogits"):
        if getattr(module, name, None) is not None:
            setattr(module, name, None)
    for name, value in (("aux_logits", False), ("transform_input", False)):
        if hasattr(module, name):
            setattr(module, name, value)
    result: nn.Module = module
    return result


def _no_attention(model: str, attention: str) -> UserError:
    return UserError(
        f"params.yaml: attention: {model} has no place for {attention}: choose a timm network of the ResNet "
        "family (resnet50, resnext50_32x4d), or set attention to none."
    )
