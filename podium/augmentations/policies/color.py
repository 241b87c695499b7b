"""Other light and other colours; nothing moves but mirror images."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Ranges


class Settings(Ranges):
    """Ranges, by default those of a common colour jitter."""

    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.3
    hue: float = 0.05


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    return settings.warp(flips)
