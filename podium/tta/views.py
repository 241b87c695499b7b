"""The registry of views: a name in params.yaml -> the views that it adds to the image as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ttach

from podium.contracts.model import Preprocessing
from podium.features.items import IDENTITY, View
from podium.foundation.errors import UserError
from podium.tta.params import TtaParams
from podium.tta.transforms import Rotate, Shift

CROP_CANVAS = 8 / 7  # five crops of the network's size come from a square that much larger (224 of 256)
RIGHT_ANGLES = [90, 180, 270]
MOVES = (ttach.HorizontalFlip, ttach.VerticalFlip, ttach.Rotate90)  # pixels stay what they are

Settings = tuple[TtaParams, int]  # the section, and the network's input in pixels


def _hflip(_: Settings) -> list[View]:
    return _through("hflip", ttach.HorizontalFlip())


def _vflip(_: Settings) -> list[View]:
    return _through("vflip", ttach.VerticalFlip())


def _rotate90(_: Settings) -> list[View]:
    return _through("rotate90", ttach.Rotate90(angles=RIGHT_ANGLES))


def _d4(_: Settings) -> list[View]:
    return _through("d4", ttach.HorizontalFlip(), ttach.Rotate90(angles=RIGHT_ANGLES))


def _scale(settings: Settings) -> list[View]:
    params, _ = settings
    scale = ttach.Scale(scales=list(params.scales), interpolation="bilinear", align_corners=False)
    return _through("scale", scale)


def _rotate(settings: Settings) -> list[View]:
    degrees = settings[0].degrees
    return _through("rotate", Rotate([-degrees, degrees]))


def _shift(settings: Settings) -> list[View]:
    share = settings[0].shift
    return _through("shift", Shift([(-share, 0.0), (share, 0.0), (0.0, -share), (0.0, share)]))


def _five_crop(settings: Settings) -> list[View]:
    _, size = settings
    crops = ttach.FiveCrops(size, size)
    return [
        View(f"five_crop:{place}", pipeline.augment_image, CROP_CANVAS)
        for place, pipeline in zip(("lt", "lb", "rb", "rt", "centre"), ttach.Compose([crops]), strict=True)
    ]


REGISTRY: Mapping[str, Callable[[Settings], list[View]]] = {
    "hflip": _hflip,
    "vflip": _vflip,
    "d4": _d4,
    "rotate90": _rotate90,
    "scale": _scale,
    "five_crop": _five_crop,
    "shift": _shift,
    "rotate": _rotate,
}


@dataclass(frozen=True)
class ViewBudget:
    """What looking at the out-of-fold images costs, and what `auto` may spend on views beside flips."""

    images: int
    flops: float  # of the network for one image
    most: float  # floating-point operations

    def spare(self, views: int) -> float:
        """What is left after so many more views of every image."""
        return self.most - views * self.images * self.flops


def names(params: TtaParams, facts: Mapping[str, Any], shown: Sequence[str], effort: ViewBudget) -> list[str]:
    """The names to try, each once: the user's, or for `auto` the geometry that augmentation showed.

    That is the flips that it allowed, then of `shown` (rotate, shift, scale) what is cheap enough together.
    """
    if params.views == "none":
        return []
    if params.views != "auto":
        return list(dict.fromkeys(params.views))
    found, spent = [name for name, key in FLIPS.items() if facts.get(key)], 0
    for name in shown:
        count = len(REGISTRY[name]((params, 1)))
        if effort.spare(spent + count) >= 0:
            found, spent = [*found, name], spent + count
    return found


FLIPS = {"hflip": "flip_horizontal", "vflip": "flip_vertical"}


def views_of(
    wanted: Sequence[str],
    params: TtaParams,
    preprocessing: Preprocessing,
    smallest: int,
    fixed: int | None,
    model: str,
) -> dict[str, list[View]]:
    """Each wanted name's views, the image as it is first under "identity".

    Raises UserError for a scale that the network cannot take.
    """
    if "scale" in wanted and not scales_fit(params, preprocessing, smallest, fixed):
        takes = f"{fixed} pixels and nothing else" if fixed else f"at least {smallest} pixels"
        raise UserError(
            f"params.yaml: tta.views: scale does not go with {model}, which takes {takes} "
            f"(image.size is {preprocessing.size}, tta.scales {list(params.scales)}): leave scale out, "
            "or use five_crop."
        )
    found = {IDENTITY.name: [IDENTITY]}
    found.update({name: REGISTRY[name]((params, preprocessing.size)) for name in wanted})
    return found


def scales_fit(params: TtaParams, preprocessing: Preprocessing, smallest: int, fixed: int | None) -> bool:
    """Whether the network takes images of every scale."""
    return not fixed and preprocessing.size * min(params.scales) >= smallest


def _through(name: str, *transforms: Any) -> list[View]:
    """One view for each combination of the transforms' parameters but the first, which changes nothing."""
    composed = ttach.Compose(list(transforms))
    combinations = composed.aug_transform_parameters
    moves = all(isinstance(transform, MOVES) for transform in transforms)
    return [
        View(f"{name}:{'/'.join(map(str, values))}", pipeline.augment_image, moves=moves)
        for values, pipeline in list(zip(combinations, composed, strict=True))[1:]
    ]
