"""For signs, letters and digits: no mirror image, turn or hue that makes another sign of one."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Ranges

MIRRORS = False  # `augment.flip` does not reach it


class Settings(Ranges):
    """Ranges, by default those of a sign seen from a moving car."""

    rotation: float = 8.0
    shift: float = 0.08
    shear: float = 6.0
    zoom: float = 0.15
    brightness: float = 0.35
    contrast: float = 0.3


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy, whatever the flips."""
    return settings.warp(Flips())
