"""The default: what a photographer might have done otherwise, nothing that changes what is seen."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Ranges


class Settings(Ranges):
    """Ranges, by default small ones of everything but colour."""

    rotation: float = 12.0
    shift: float = 0.06
    zoom: float = 0.1
    brightness: float = 0.15
    contrast: float = 0.15


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    return settings.warp(flips)
