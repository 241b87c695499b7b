"""What augmentation showed beside mirror images: the small changes that `auto` may try as views."""

from typing import Any

from podium.tta.params import TtaParams


def shown(reach: dict[str, Any] | None, tta: TtaParams) -> list[str]:
    """Of rotate, shift and scale those whose views lie within the policy's reach (augmentation's facts).

    None of a policy that is no single affine map: nobody can read its ranges.
    """
    if reach is None:
        return []
    nearest, farthest = reach["zoom"]
    within = {
        "rotate": tta.degrees <= reach["rotation"],
        "shift": tta.shift <= reach["shift"],
        "scale": 1 / farthest <= min(tta.scales) and max(tta.scales) <= 1 / nearest,
    }
    return [name for name, inside in within.items() if inside]
