"""How many copies each training image gets, and which images weigh nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from podium.foundation.errors import UserError
from podium.foundation.params import nearest
from podium.foundation.run import derive

Count = int | Literal["auto", "max"]

FEW_IMAGES = 1000  # below it, a training set gets more than one copy an image
# Above it, none: time is short. Far below it a copy pays: on 8,000 photos of 28 px one fold scored 0.871 with
# a copy an image and two epochs, 0.838 without and three, at about the same time.
MANY_IMAGES = 20_000
FEW_COPIES = 2000  # images and copies that a small training set is brought to, roughly
MOST_COPIES = 4  # of an image by the rule: beyond it copies of one picture teach the picture
MOST_BALANCE = 5  # the rule grows no class beyond this many times its images


@dataclass(frozen=True)
class CopyPlan:
    """What each training image gets, in the order of the table it was made from."""

    copies: np.ndarray  # int64 (n,)
    thinned: np.ndarray  # bool (n,): weight 0, because its class is above its count
    targets: dict[int, int]  # class -> images it is brought to


def plan(
    images: pd.DataFrame,
    classes: Sequence[str],
    per_class: Count,
    exceptions: dict[str, int],
    over: str,
    seed: int,
) -> CopyPlan:
    """Brings every class to its count, evenly: no source has two copies more than another of its class.

    images: image_id, label, digest, trains (bool: neither held out nor dropped). Who gets one copy more
    follows from seed and digest alone, so that raising a count takes no copy away.
    """
    own = _by_index(exceptions, classes)
    sizes = images.loc[images["trains"], "label"].value_counts().to_dict()
    targets = _targets(sizes, per_class, own)
    copies = np.zeros(len(images), np.int64)
    thinned = np.zeros(len(images), bool)
    for label, target in targets.items():
        rows = _ranked(images, label, seed)
        extra = max(0, target - len(rows))
        copies[rows] = extra // len(rows)
        copies[rows[: extra % len(rows)]] += 1
        if over == "thin" and 0 < target < len(rows):
            thinned[rows[target:]] = True
    return CopyPlan(copies, thinned, targets)


def automatic(sizes: dict[int, int]) -> dict[int, int]:
    """The rule behind `per_class: auto`, from the classes' numbers of training images.

    Up to 1,000 images: as many copies an image as bring the set to about 2,000, at most 4; up to 20,000:
    one; above: none. Classes are balanced mildly: a class grows at least to the geometric mean of its own
    size and the largest class's, as long as that is at most 5 times its size.
    """
    n, largest = sum(sizes.values()), max(sizes.values(), default=0)
    each = 0 if n > MANY_IMAGES else 1 if n > FEW_IMAGES else min(MOST_COPIES, FEW_COPIES // max(n, 1))
    mild = {label: min(int((size * largest) ** 0.5), MOST_BALANCE * size) for label, size in sizes.items()}
    return {label: max(size * (1 + each), mild[label]) for label, size in sizes.items()}


def _targets(sizes: dict[int, int], per_class: Count, exceptions: dict[int, int]) -> dict[int, int]:
    if per_class == "auto":
        targets = automatic(sizes)
    else:
        largest = max(sizes.values(), default=0)
        targets = dict.fromkeys(sizes, largest if per_class == "max" else per_class)
    targets |= {label: count for label, count in exceptions.items() if label in sizes}
    return targets


def _ranked(images: pd.DataFrame, label: int, seed: int) -> np.ndarray:
    """The rows of a class that train, in an order that seed and digest alone decide."""
    rows = np.flatnonzero((images["label"] == label) & images["trains"])
    digests, ids = images["digest"].to_numpy(), images["image_id"].to_numpy()
    order = sorted(rows, key=lambda row: (derive(seed, "copies", digests[row]), ids[row]))
    return np.array(order, np.int64)


def _by_index(exceptions: dict[str, int], classes: Sequence[str]) -> dict[int, int]:
    for name in exceptions:
        if name not in classes:
            raise UserError(
                f"params.yaml: augment.exceptions: {name} is no class{nearest(name, list(classes))}."
            )
    return {list(classes).index(name): count for name, count in exceptions.items()}
