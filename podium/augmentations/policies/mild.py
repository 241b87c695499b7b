"""The default: what a photographer might have done otherwise, nothing that changes what is seen."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Degrees, Ranges, Share, Zoom


class Settings(Ranges):
    """Ranges, by default small ones of everything but colour."""

    rotation: Degrees = 12.0
    shift: Share = 0.06
    zoom: Zoom = 0.1
    brightness: Share = 0.15
    contrast: Share = 0.15


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    return settings.warp(flips)
