"""data/augmented/facts.json: what was made, in numbers and sentences."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from podium.augmentations.flips import Choice
from podium.augmentations.params import AugmentParams
from podium.copies.plan import Plan


def describe(
    table: pd.DataFrame,
    made: Plan,
    flips: Choice,
    params: AugmentParams,
    classes: Sequence[str],
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """Flat facts, and `sentences` for a reader (`more` last). TTA follows the flips."""
    copies = int((table["copy"] > 0).sum())
    originals = int(((table["copy"] == 0) & table["trains"]).sum())
    counts = sorted(made.targets.values())
    return {
        "policy": params.policy,
        "originals": originals,
        "copies": copies,
        "smallest_class": counts[0] if counts else 0,
        "largest_class": counts[-1] if counts else 0,
        "thinned": int(made.thinned.sum()),
        "flip_horizontal": flips.allowed.horizontal,
        "flip_vertical": flips.allowed.vertical,
        "sentences": _sentences(originals, copies, made, params, classes) + flips.sentences + list(more),
    }


def _sentences(
    originals: int, copies: int, made: Plan, params: AugmentParams, classes: Sequence[str]
) -> list[str]:
    chosen = f"{params.per_class}" if params.per_class != "auto" else "auto, which follows the data"
    said = [f"Augmentation: {originals} originals and {copies} copies ({params.policy}; per_class {chosen})."]
    if made.targets:
        low = min(made.targets, key=lambda label: (made.targets[label], label))
        high = max(made.targets, key=lambda label: (made.targets[label], -label))
        said.append(
            f"A class has {made.targets[low]} ({classes[low]}) to {made.targets[high]} ({classes[high]}) "
            "images over the whole training set; a model trained on k - 1 of k folds sees that share of them."
        )
    if made.thinned.any():
        said.append(
            f"{int(made.thinned.sum())} originals above per_class weigh 0: predicted, not trained on."
        )
    return said
