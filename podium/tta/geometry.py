"""What augmentation showed beside mirror images: the small changes that `auto` may try as views."""

from podium.augmentations import registry
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.augmentations.warp import Geometry, Shift
from podium.tta.params import TtaParams


def shown(augment: AugmentParams, tta: TtaParams) -> list[str]:
    """Of rotate, shift and scale those whose views lie within the policy's ranges.

    None of a policy that is no single affine map: nobody can read its ranges.
    """
    policy = registry.build(augment.policy, augment.settings, Flips(horizontal=True), [])
    geometry = getattr(policy, "geometry", None)
    if not isinstance(geometry, Geometry):
        return []
    smallest, largest = 1 / max(geometry.zoom), 1 / min(geometry.zoom)
    within = {
        "rotate": tta.degrees <= geometry.rotation,
        "shift": tta.shift <= min(_share(geometry.down), _share(geometry.right)),
        "scale": smallest <= min(tta.scales) and max(tta.scales) <= largest,
    }
    return [name for name, inside in within.items() if inside]


def _share(shift: Shift) -> float:
    """The largest shift as a share of the side; 0 where it is told in pixels."""
    return shift.most(1) if shift.of_side else 0.0
