"""The fourteen operations that RandAugment and TrivialAugment draw from, as albumentations transforms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from podium.augmentations.library import A
from podium.augmentations.warp import BORDERS


@dataclass(frozen=True)
class Widest:
    """What an operation does at strength 1; at strength 0 it does nothing."""

    rotation: float  # degrees
    shear: float  # degrees
    shift: float  # share of the side
    factor: float  # brightness, contrast, colour, sharpness: 1 +- it
    bits: int  # left a channel by posterize; 8 at strength 0


RANDAUGMENT = Widest(rotation=30, shear=16.7, shift=150 / 331, factor=0.9, bits=4)  # Cubuk et al. 2019
TRIVIAL = Widest(rotation=135, shear=44.7, shift=32 / 224, factor=0.99, bits=2)  # Müller, Hutter 2021, "wide"


def operations(widest: Widest, low: float, high: float, border: str) -> list[Any]:
    """Each with a strength uniform in [low, high] of its widest, and either sign where it has one.

    Sharpness below 1 is a 3 x 3 mean, whatever its strength.
    """
    w, fill = widest, {"border_mode": BORDERS[border], "p": 1}

    def signed(make: Callable[[float, float], Any], most: float) -> Any:
        a, b = low * most, high * most
        return A.OneOf([make(a, b), make(-b, -a)], p=1)

    sharper = A.Sharpen(alpha=(low * w.factor, high * w.factor), lightness=(1, 1), p=1)
    return [
        A.NoOp(p=1),
        signed(lambda a, b: A.Affine(rotate=(a, b), **fill), w.rotation),
        signed(lambda a, b: A.Affine(shear={"x": (a, b), "y": 0}, **fill), w.shear),
        signed(lambda a, b: A.Affine(shear={"x": 0, "y": (a, b)}, **fill), w.shear),
        signed(lambda a, b: A.Affine(translate_percent={"x": (a, b), "y": 0}, **fill), w.shift),
        signed(lambda a, b: A.Affine(translate_percent={"x": 0, "y": (a, b)}, **fill), w.shift),
        signed(lambda a, b: _jitter(brightness=(1 + a, 1 + b)), w.factor),
        signed(lambda a, b: _jitter(contrast=(1 + a, 1 + b)), w.factor),
        signed(lambda a, b: _jitter(saturation=(1 + a, 1 + b)), w.factor),
        A.OneOf([sharper, A.Blur(blur_limit=(3, 3), p=1)], p=1),
        A.Posterize(num_bits=(_bits(w, high), _bits(w, low)), p=1),
        A.Solarize(threshold_range=(1 - high, 1 - low), p=1),
        A.AutoContrast(p=1),
        A.Equalize(p=1),
    ]


def _jitter(**factors: tuple[float, float]) -> Any:
    idle = {"brightness": (1, 1), "contrast": (1, 1), "saturation": (1, 1), "hue": (0, 0)}
    return A.ColorJitter(**(idle | factors), p=1)


def _bits(widest: Widest, strength: float) -> int:
    return max(1, min(7, round(8 - (8 - widest.bits) * strength)))
