"""What folds cannot be made of, in sentences: small classes, few groups, one giant group."""

from collections import Counter
from collections.abc import Collection

import numpy as np

from podium.folds.assign import Labels
from podium.foundation.errors import UserError

GIANT = 0.8  # of the images in one group: no fold could be judged
LARGE = 2.0  # times a fold's even share: said, not refused
NAMED = 5  # classes in a sentence


def small_classes(labels: Labels, classes: list[str], k: int) -> list[int]:
    """Classes with at least one and fewer than k images."""
    counts = np.bincount(labels, minlength=len(classes))
    return [label for label in range(len(classes)) if 0 < counts[label] < k]


def refuse_small(small: list[int], labels: Labels, classes: list[str], k: int) -> None:
    """Raises UserError naming the smallest class."""
    if not small:
        return
    counts = np.bincount(labels, minlength=len(classes))
    worst = min(small, key=lambda label: (counts[label], label))
    number = int(counts[worst])
    fewer = f"split.k: {number} or less, or " if number > 1 else ""
    raise UserError(
        f"class {classes[worst]!r} has {number} image{'s' if number > 1 else ''} to split, fewer than "
        f"split.k = {k} ({len(small)} such class{'es' if len(small) > 1 else ''}): set {fewer}"
        f"split.small_classes: spread, which scores what can be scored."
    )


def refuse_groups(groups: list[str], k: int) -> None:
    """Raises UserError where there are fewer groups than folds, or one holds nearly all images."""
    sizes = Counter(groups)
    if len(sizes) == 1 and len(groups) > 1:
        raise UserError(
            f"all {len(groups):,} labelled images are one group, so that no fold could be judged by another: "
            "look at the download where they show the same (data/clean/duplicates.parquet), else set "
            "split.group: none."
        )
    if len(sizes) < k:
        raise UserError(
            f"there are {len(sizes)} groups of images for split.k = {k} folds, and a group stays whole: "
            f"set split.k to {max(2, len(sizes))} or less, or split.group: none."
        )
    largest = _largest(sizes)
    if sizes[largest] > GIANT * len(groups):
        raise UserError(
            f"group {largest!r} holds {sizes[largest]} of {len(groups)} images and must stay in one fold: "
            f"set split.group: none, or mend the groups."
        )


def whole_rows(ids: list[str], labels: Labels, rows: dict[str, str]) -> list[str]:
    """The row of the submission of each image; rows: image_id -> row, of those that share one.

    Raises UserError where a row's images differ in their labels.
    """
    first: dict[str, int] = {}
    for place, image_id in enumerate(ids):
        other = first.setdefault(rows.get(image_id, image_id), place)
        if labels[other] != labels[place]:
            raise UserError(
                f"data/corrections.csv: {ids[other]!r} and {image_id!r} are images of one row of the "
                "submission and now have different labels: give all images of the row the same label."
            )
    return [rows.get(image_id, image_id) for image_id in ids]


def remarks(
    labels: Labels, classes: list[str], groups: list[str], k: int, trained: Collection[int] = ()
) -> list[str]:
    """Sentences on what makes the folds uneven: empty classes, those that some fold lacks, a large group.

    `labels` and `groups` are of the images to split; `trained`: classes of images that always train.
    """
    found = []
    shown: dict[int, set[str]] = {}
    for label, group in zip(labels.tolist(), groups, strict=True):
        shown.setdefault(label, set()).add(group)
    empty = [label for label in range(len(classes)) if label not in shown and label not in trained]
    if empty:
        found.append(f"{told(empty, classes, 'class has', 'classes have')} no image to split.")
    narrow = [label for label in sorted(shown) if len(shown[label]) < k]
    if narrow:
        found.append(
            f"{told(narrow, classes, 'class is', 'classes are')} missing in some folds: fewer than {k} "
            "images, or groups of images."
        )
    sizes = Counter(groups)
    if sizes and sizes[_largest(sizes)] > LARGE * len(labels) / k:
        name = _largest(sizes)
        found.append(f"group {name!r} holds {sizes[name]} of {len(labels)} images: its fold is a large one.")
    return found


def told(labels: list[int], classes: list[str], one: str, many: str) -> str:
    """`2 classes (cat, dog) have`, with at most five of their names; `one` or `many`: `classes have`."""
    noun, verb = (one if len(labels) == 1 else many).split()
    names = ", ".join(classes[label] for label in labels[:NAMED]) + (", …" if len(labels) > NAMED else "")
    return f"{len(labels)} {noun} ({names}) {verb}"


def _largest(sizes: Counter[str]) -> str:
    return min(sizes, key=lambda group: (-sizes[group], group))
