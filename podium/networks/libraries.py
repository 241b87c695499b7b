"""A network from each library, with the weights that were asked for."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.hub import published
from podium.networks import heads, registry, scattering, weights
from podium.networks.packages import packaged
from podium.networks.registry import Entry

ATTENTION = {"se": "se", "cbam": "cbam"}  # our word -> timm's
CLASSIFIERS = (
    "head",
    "head.fc",
    "fc",
    "classifier",
    "classif",
)  # names that files of weights know, old and new


@dataclass(frozen=True)
class NetworkSpec:
    """What is to be built."""

    model: str  # as in params.yaml
    entry: Entry
    pretrained: bool | str
    classes: int
    size: int  # pixels
    attention: str
    pin: WeightsFile | None = None  # the published file that an earlier run recorded


@dataclass(frozen=True)
class Made:
    """A network and where its weights came from."""

    module: nn.Module
    weights: str
    source: WeightsFile | None = None


def build(wish: NetworkSpec) -> Made:
    """The network by its library's builder. Raises UserError where the wish cannot be met."""
    if wish.attention != "none" and wish.entry.library != "timm":
        raise _no_attention(wish)
    return BUILDERS[wish.entry.library](wish)


@lru_cache
def takes(entry: Entry, size: int) -> bool:
    """Does timm fit this network, and weights of its own size, to another input? Tried with shapes alone."""
    import timm

    if entry.library != "timm":
        return False
    try:
        with torch.device("meta"), torch.no_grad():
            overlay = {"state_dict": timm.create_model(entry.name).state_dict()}
            config: Any = timm.get_pretrained_cfg(entry.name, allow_unregistered=True)
            module = _load(entry.name, overlay, config.num_classes, {"img_size": size})
            module.eval()(torch.zeros(1, 3, size, size))
    except Exception:  # whatever a network says of a size that it cannot have
        return False
    return True


def _own(wish: NetworkSpec) -> Made:
    if wish.pretrained is True:
        raise UserError(
            f"params.yaml: pretrained: {wish.model} is our own network and has no pretrained weights: "
            "set pretrained to false, or to the path of a .safetensors file."
        )
    return _file_into(wish, registry.own(wish.entry.name).build(wish.classes, wish.size))


def _fixed(wish: NetworkSpec) -> Made:
    return Made(scattering.Scattering(wish.classes, wish.size), "fixed")


def _torchvision(wish: NetworkSpec) -> Made:
    builder = registry.torchvision_builder(wish.entry.name)
    if wish.pretrained is not True:
        module = _without_auxiliaries(_quietly(builder, weights=None))
        heads.replace(module, wish.classes)
        return _file_into(wish, module)
    from torchvision.models import get_model_weights

    found = published.of_torchvision(wish.entry.name)
    _, source = published.fetch(found, wish.pin)  # where torchvision looks first
    module = _without_auxiliaries(builder(weights=get_model_weights(wish.entry.name).DEFAULT))
    heads.replace(module, wish.classes)
    return Made(module, source.tag(found.tag), source)


def _file_into(wish: NetworkSpec, module: nn.Module) -> Made:
    if isinstance(wish.pretrained, str):
        return Made(module, weights.from_file(Path(wish.pretrained), module))
    return Made(module, "random")


def _timm(wish: NetworkSpec) -> Made:
    options: dict[str, Any] = {}
    if wish.entry.fixed_size and wish.size != wish.entry.fixed_size:
        options["img_size"] = wish.size
    if wish.attention != "none":
        options["block_args"] = {"attn_layer": ATTENTION[wish.attention]}
    try:
        return _timm_with(wish, options)
    except TypeError:
        if wish.attention != "none":
            raise _no_attention(wish) from None
        if "img_size" in options:
            raise UserError(
                f"params.yaml: image.size: {wish.model} takes {wish.entry.fixed_size} pixels and nothing "
                f"else, found {wish.size}: set image.size to {wish.entry.fixed_size} or auto."
            ) from None
        raise


def _timm_with(wish: NetworkSpec, options: dict[str, Any]) -> Made:
    import timm

    name = wish.entry.name
    if (
        not wish.pretrained or "block_args" in options
    ):  # whether attention has a place is known before a fetch
        module: Any = timm.create_model(name, num_classes=wish.classes, **options)
        if not wish.pretrained:
            return Made(module, "random")
    if isinstance(wish.pretrained, str):
        return _timm_from_file(wish, Path(wish.pretrained), options)
    if packaged(name) and not options:
        module = timm.create_model(name)
        tag = weights.from_package(name, module)
        module.reset_classifier(wish.classes)
        return Made(module, tag)
    found = published.of_timm(name)
    path, source = published.fetch(found, wish.pin)
    try:
        module = _load(name, {"file": str(path)}, wish.classes, options)
    except RuntimeError as error:
        raise _unfit(wish, str(error)) from None
    return Made(module, source.tag(found.tag), source)


def _timm_from_file(wish: NetworkSpec, path: Path, options: dict[str, Any]) -> Made:
    """Through timm's own loader: it resizes position embeddings and knows old files' names and buffers.

    The network is built with as many classes as the file has, so that nothing in it can fail to fit unseen;
    then it gets its own last layer, unless the number is the same.
    """
    shapes = weights.shapes(path)
    if not shapes:
        raise weights.misfit(path, "there is no tensor in it")
    outputs = _outputs(wish.entry.name, shapes)
    overlay = {"file": str(path), "num_classes": outputs}
    plain = {key: value for key, value in options.items() if key != "block_args"}
    try:
        module = _load(wish.entry.name, overlay, outputs, plain)
        if plain != options:  # the file is this network's: now with attention, which begins anew
            module = _load(wish.entry.name, overlay, outputs, options)
    except (RuntimeError, KeyError) as error:
        raise weights.misfit(path, _first_reason(str(error))) from None
    if outputs != wish.classes:
        module.reset_classifier(wish.classes)
    return Made(module, weights.file_tag(path))


def _load(name: str, overlay: dict[str, Any], classes: int, options: dict[str, Any]) -> Any:
    import timm

    if "block_args" in options:  # files have none for the attention
        options = options | {"pretrained_strict": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return timm.create_model(
            name, pretrained=True, pretrained_cfg_overlay=overlay, num_classes=classes, **options
        )


def _outputs(name: str, shapes: dict[str, tuple[int, ...]]) -> int:
    """How many classes the file's last layer has; 0: it has none."""
    import timm

    config: Any = timm.get_pretrained_cfg(name, allow_unregistered=True)
    named = config.classifier if isinstance(config.classifier, str) else (config.classifier or [""])[0]
    for layer in (named, *CLASSIFIERS):
        shape = shapes.get(f"{layer}.weight", ())
        if len(shape) in (2, 4):
            return shape[0]
    return 0


def _quietly(builder: Callable[..., Any], **options: Any) -> nn.Module:
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


def _unfit(wish: NetworkSpec, reason: str) -> UserError:
    if "weights_only" in reason:
        return UserError(
            f"params.yaml: pretrained: the weights of {wish.model} hold more than numbers, and loading them "
            "would run their code: choose weights with another tag, or set pretrained to false."
        )
    return UserError(
        f"params.yaml: pretrained: the published weights of {wish.model} do not fit it at {wish.size} pixels "
        f"({_first_reason(reason)}): set image.size to auto, or choose another network."
    )


def _first_reason(text: str) -> str:
    """What torch says of the first tensor that does not fit: its second line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["unknown"]
    return lines[min(1, len(lines) - 1)][:200]


def _no_attention(wish: NetworkSpec) -> UserError:
    return UserError(
        f"params.yaml: attention: {wish.model} has no place for {wish.attention}: choose a timm network of "
        "the ResNet family (resnet50, resnext50_32x4d), or set attention to none."
    )


BUILDERS: dict[str, Callable[[NetworkSpec], Made]] = {
    "own": _own,
    "fixed": _fixed,
    "timm": _timm,
    "torchvision": _torchvision,
}
