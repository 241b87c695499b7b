"""Hard examples: more copies of what an earlier experiment got wrong, cropped toward what it looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from podium.augmentations.params import HardExamples
from podium.copies.orders import CROPPED, CopyOrder
from podium.experiments import runs

KEY = "params.yaml: augment.hard_examples.teacher"


@dataclass(frozen=True)
class Hard:
    """The additional orders, and what they are."""

    orders: list[CopyOrder] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def hard_examples(
    params: HardExamples, rows: pd.DataFrame, split: pd.DataFrame, classes: list[str], data: Path
) -> Hard:
    """Orders for images that the teacher's out-of-fold predictions miss; none without a teacher.

    rows: the manifest's originals; split: the folds' table. Raises UserError where the teacher's folds or
    classes are not ours: its predictions then are not out-of-fold here.
    """
    if params.teacher is None:
        return Hard()
    teacher = runs.of_revision(params.teacher, split, classes, key=KEY)
    chosen = missed(rows, teacher.ids, teacher.oof, params.cap)
    from podium.copies import activation  # brings torch: imported only where a teacher is named

    boxes = activation.boxes(params.teacher, rows.iloc[chosen], data)
    orders = [
        CopyOrder(int(row), CROPPED + number, box)
        for row, box in zip(chosen, boxes, strict=True)
        for number in range(1, params.copies + 1)
    ]
    judged = int(rows["image_id"].isin(teacher.ids).sum())
    return Hard(orders, [_sentence(teacher.name, chosen, judged, rows, classes, params)])


def missed(rows: pd.DataFrame, ids: list[str], oof: np.ndarray, cap: float) -> list[int]:
    """Positions of training rows whose label is not the most probable class; the least probable first.

    Of a class at most `cap` of its training images, rounded down; ties go by image_id. oof (n, k) of `ids`.
    """
    place = {image_id: row for row, image_id in enumerate(ids)}
    sizes = rows.loc[rows["trains"], "label"].value_counts().to_dict()
    left = {label: int(size * cap) for label, size in sizes.items()}
    wrong = []
    for row, (image_id, label, trains) in enumerate(
        rows[["image_id", "label", "trains"]].itertuples(index=False)
    ):
        if trains and image_id in place:
            probs = oof[place[image_id]]
            if int(np.argmax(probs)) != label:
                wrong.append((float(probs[label]), image_id, row, label))
    chosen = []
    for _, _, row, label in sorted(wrong):
        if left[label] > 0:
            left[label] -= 1
            chosen.append(row)
    return sorted(chosen)


def _sentence(
    name: str,
    chosen: list[int],
    judged: int,
    rows: pd.DataFrame,
    classes: Sequence[str],
    params: HardExamples,
) -> str:
    most = rows.iloc[chosen]["label"].value_counts()
    where = f", most of {classes[int(most.index[0])]}" if len(most) else ""
    return (
        f"Hard examples: of {judged} images {name} missed, {len(chosen)} (at most {params.cap:.0%} of a class"
        f"{where}) get {params.copies} more copies each, cropped toward what it looked at. Its models saw "
        "the other folds' labels: compare scores with a run on another seed before trusting a small gain."
    )
