"""What the competition's server keeps: the labels of the test images, from a solution file."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts.competition import Competition


@dataclass(frozen=True)
class Truth:
    """The image_id of each test image that the server scores, and its class (n,), or its labels (n, c) of
    0 and 1."""

    ids: list[str]
    labels: NDArray[np.int64]

    def rows(self, test_ids: list[str]) -> list[int]:
        """Where the images stand in `test_ids`."""
        place = {image_id: row for row, image_id in enumerate(test_ids)}
        return [place[image_id] for image_id in self.ids]


def read(solution: Path, found: Competition, images: pd.DataFrame) -> Truth:
    """The solution (submission id and label, or a column of 0 and 1 a class) in terms of image_id and class
    numbers.

    Labels are class names or the submission's own values. Raises KeyError for an unknown id, label or class.
    """
    with solution.open(newline="", encoding="utf-8-sig") as file:
        header, *rows = csv.reader(file)
    named = images.dropna(subset="submission_id")
    ids = dict(zip(named["submission_id"], named["image_id"], strict=True))
    known = {name: i for i, name in enumerate(found.classes)} | {v: i for i, v in enumerate(found.values)}
    scored = [ids[row[0]] for row in rows]
    if len(header) == 2:
        return Truth(scored, np.array([known[row[1]] for row in rows], dtype=np.int64))
    labels = np.zeros((len(rows), len(found.classes)), dtype=np.int64)
    labels[:, [known[name] for name in header[1:]]] = [list(map(int, row[1:])) for row in rows]
    return Truth(scored, labels)
