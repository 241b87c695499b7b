"""A file of folds, frozen or the user's own: its images stay there, new ones join the emptiest fold."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from podium.download.frames import read_frame
from podium.folds.assign import Folds, Labels
from podium.foundation.errors import UserError
from podium.foundation.run import derive

COLUMNS = ["image_id", "fold"]
WHOLE = re.compile(r"-?\d{1,9}(\.0+)?")  # also as spreadsheets write a column with gaps
LOWEST, HIGHEST = -2, 100


def read(path: Path) -> pd.DataFrame:
    """image_id str, fold int64, row int64 (in the file). No rows where the file holds its header only.

    Raises UserError for a missing file or column, a repeated image, or a fold that is none.
    """
    try:
        frame = read_frame(path, "the columns image_id and fold")
    except FileNotFoundError:
        raise UserError(
            f"split.file: {path} does not exist: write `image_id,fold` lines, or only that header for none."
        ) from None
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise UserError(
            f"{path} has no column {missing[0]!r}, found {', '.join(frame.columns)}: give image_id and fold."
        )
    frame = frame[COLUMNS].assign(row=np.arange(2, len(frame) + 2))
    for fold, row in zip(frame["fold"], frame["row"], strict=True):
        if not _is_fold(fold):
            raise UserError(
                f"{path}, row {row}: fold is {fold!r}, give a whole number from 0 on, "
                f"-1 for the hold-out or -2 for always train."
            )
    again = frame["image_id"].duplicated()
    if again.any():
        twice = frame[again].iloc[0]
        raise UserError(f"{path}, row {twice['row']}: {twice['image_id']!r} stands twice: keep one row.")
    return frame.assign(fold=frame["fold"].astype(np.float64).astype(np.int64))


def _is_fold(text: str) -> bool:
    return bool(WHOLE.fullmatch(text)) and LOWEST <= int(float(text)) <= HIGHEST


def check_known(given: pd.DataFrame, known: set[str], path: Path) -> None:
    """Raises UserError for an image that the competition does not have."""
    unknown = given[~given["image_id"].isin(known)]
    if len(unknown):
        first = unknown.iloc[0]
        raise UserError(
            f"{path}, row {first['row']}: {first['image_id']!r} is no image of this competition "
            f"({len(unknown)} such rows): take image_id from data/index/images.parquet, or remove the rows."
        )


def checked(path: Path, known: set[str], rows: dict[str, str]) -> pd.DataFrame:
    """`read`, of images that the competition has, rows of the submission (image_id -> row) whole."""
    given = read(path)
    check_known(given, known, path)
    refuse_torn_rows(given, rows, path)
    return given


def refuse_torn_rows(given: pd.DataFrame, rows: dict[str, str], path: Path) -> None:
    """Raises UserError where the file tears a row of the submission apart: its images are scored together."""
    torn, where = straddling(given, list(rows), list(rows.values()))
    if torn:
        where = where.replace("to one group", "to one row of the submission")
        raise UserError(f"{path}: {where} ({torn} such rows): put the images of each row in one fold.")


def straddling(given: pd.DataFrame, ids: list[str], groups: list[str]) -> tuple[int, str]:
    """(groups that the file tears apart, a sentence naming two images of the first, or "")."""
    frame = given.assign(group=given["image_id"].map(dict(zip(ids, groups, strict=True)))).dropna()
    torn = frame.groupby("group")["fold"].nunique()
    torn = torn[torn > 1]
    if not len(torn):
        return 0, ""
    rows = frame[frame["group"] == torn.index[0]].sort_values("row")
    one = rows.iloc[0]
    two = rows[rows["fold"] != one["fold"]].iloc[0]
    return len(torn), (
        f"row {one['row']} puts {one['image_id']!r} in fold {one['fold']} and row {two['row']} puts "
        f"{two['image_id']!r} in fold {two['fold']}, but they belong to one group"
    )


def extend(given: pd.DataFrame, ids: list[str], labels: Labels, groups: list[str], seed: int) -> Folds:
    """The fold of each image: as given; else its group's; else the fold (0 on) with fewest of its class."""
    known = dict(zip(given["image_id"], given["fold"], strict=True))
    folds = np.array([known.get(image_id, -128) for image_id in ids], dtype=np.int8)
    numbers = sorted({int(fold) for fold in given["fold"] if fold >= 0})
    homes = {group: int(fold) for group, fold in zip(groups, folds, strict=True) if fold != -128}
    counts = np.zeros((len(numbers), int(labels.max(initial=0)) + 1), np.int64)
    for place, fold in enumerate(numbers):
        counts[place] = np.bincount(labels[folds == fold], minlength=counts.shape[1])
    new = [row for row in range(len(ids)) if folds[row] == -128]
    for row in sorted(new, key=lambda row: (derive(seed, "fold", ids[row]), ids[row])):
        if groups[row] not in homes:
            column = counts[:, labels[row]]
            homes[groups[row]] = numbers[int(np.lexsort((counts.sum(1), column))[0])]
        folds[row] = homes[groups[row]]
        if folds[row] >= 0:
            counts[numbers.index(int(folds[row])), labels[row]] += 1
    return folds
