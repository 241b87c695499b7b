"""Other light and other colours; nothing moves but mirror images."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Ranges, Share, Turn


class Settings(Ranges):
    """Ranges, by default those of a common colour jitter."""

    brightness: Share = 0.3
    contrast: Share = 0.3
    saturation: Share = 0.3
    hue: Turn = 0.05


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    return settings.warp(flips)
