"""data/augmented/facts.json: what was made, in numbers and sentences."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from podium.augmentations.flips import AllowedFlips
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Policy
from podium.augmentations.warp import Geometry
from podium.copies.plan import CopyPlan

CHOICES = ("policy", "settings", "per_class", "exceptions", "over", "hard_examples")


def describe(
    table: pd.DataFrame,
    made: CopyPlan,
    flips: AllowedFlips,
    params: AugmentParams,
    policy: Policy,
    classes: Sequence[str],
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """Facts, and `sentences` for a reader (`more` last). TTA follows the flips and the policy's reach."""
    copies = int((table["copy"] > 0).sum())
    originals = int(((table["copy"] == 0) & table["trains"]).sum())
    counts = sorted(made.targets.values())
    return {
        "policy": params.policy,
        "originals": originals,
        "copies": copies,
        "asked": asked(params),
        "smallest_class": counts[0] if counts else 0,
        "largest_class": counts[-1] if counts else 0,
        "thinned": int(made.thinned.sum()),
        "flip_horizontal": flips.allowed.horizontal,
        "flip_vertical": flips.allowed.vertical,
        "reach": reach(policy),
        "sentences": _sentences(originals, copies, made, params, classes) + flips.sentences + list(more),
    }


def asked(params: AugmentParams) -> bool:
    """Did the user choose which copies there are? Then a GPU trains on them, unless train.online is true."""
    default = AugmentParams()
    return any(getattr(params, name) != getattr(default, name) for name in CHOICES)


def reach(policy: Policy) -> dict[str, Any] | None:
    """How far the policy's one affine map goes; None of a policy that is no such map."""
    geometry = getattr(policy, "geometry", None)
    return geometry.reach if isinstance(geometry, Geometry) else None


def _sentences(
    originals: int, copies: int, made: CopyPlan, params: AugmentParams, classes: Sequence[str]
) -> list[str]:
    chosen = f"{params.per_class}" if params.per_class != "auto" else "auto, which follows the data"
    said = [f"Augmentation: {originals} originals and {copies} copies ({params.policy}; per_class {chosen})."]
    if made.targets and all(made.targets.values()):
        low = min(made.targets, key=lambda label: (made.targets[label], label))
        high = max(made.targets, key=lambda label: (made.targets[label], -label))
        few, many = made.targets[low], made.targets[high]
        sizes = f"{few} ({classes[low]}) to {many} ({classes[high]})" if few < many else f"{few}"
        said.append(
            f"A class has {sizes} images over the whole training set; a model trained on k - 1 of k folds "
            "sees that share of them."
        )
    if made.thinned.any():
        said.append(
            f"{int(made.thinned.sum())} originals above per_class weigh 0: predicted, not trained on."
        )
    return said
