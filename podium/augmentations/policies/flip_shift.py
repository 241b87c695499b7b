"""Mirror images and small shifts, nothing else."""

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.ranges import Ranges, Share


class Settings(Ranges):
    """Ranges, by default 5 % shifts both ways: the geometry of a weather contest's winner."""

    shift: Share = 0.05


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    return settings.warp(flips)
