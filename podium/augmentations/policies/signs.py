"""For signs, letters and digits: no mirror image, turn or hue that makes another sign of one."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Degrees, Ranges, Share, Slope, Zoom

MIRRORS = False  # `augment.flip` does not reach it


class Settings(Ranges):
    """Ranges, by default those of a sign seen from a moving car."""

    rotation: Degrees = 8.0
    shift: Share = 0.08
    shear: Slope = 6.0
    zoom: Zoom = 0.15
    brightness: Share = 0.35
    contrast: Share = 0.3


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy, whatever the flips."""
    return settings.warp(Flips())
