"""data/corrections.csv: the user's own word on labels, which wins over everything.

An image_id holds the image's folders. Where the user moves a file to another class folder, its decision
follows it, as long as only one labelled image of that file name is left.
"""

from collections import defaultdict
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from podium.download.frames import read_frame
from podium.foundation.errors import UserError

DROP = "drop"
COLUMNS = ["image_id", "label", "note"]


def read(path: Path, known: set[str], classes: list[str]) -> pd.DataFrame:
    """image_id, label (a class or `drop`), note, moved_from (the file's image_id, or empty); a row an image.

    Raises UserError with the row for an unknown image, an unknown label, or an image that stands twice
    with different labels. A class named `drop` is refused by name: the word would mean two things.
    """
    frame = _follow(_table(path), known)
    frame["row"] = np.arange(2, len(frame) + 2)
    if DROP in classes and (frame["label"] == DROP).any():
        raise UserError(f"{path}: `drop` is both a class and the word for leaving out: rename the class.")
    for image_id, label, row in zip(frame["image_id"], frame["label"], frame["row"], strict=True):
        if image_id not in known:
            raise UserError(
                f"{path}, row {row}: {image_id!r} is no labelled image of this competition: take image_id "
                f"from data/clean/labels.csv, or remove the row."
            )
        if label != DROP and label not in classes:
            raise UserError(
                f"{path}, row {row}: label {label!r} is no class: give one of "
                f"{', '.join(classes[:10])}{' …' if len(classes) > 10 else ''}, or drop."
            )
    _refuse_contradictions(frame, path)
    return frame.drop_duplicates("image_id").reset_index(drop=True)[[*COLUMNS, "moved_from"]]


def _follow(frame: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """The rows with image_id as it is now, and `moved_from` where that is not the file's own."""
    named, wanted = set(frame["image_id"]), {_name(i) for i in frame["image_id"] if i not in known}
    homes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for image_id in known if wanted else ():
        if _name(image_id) in wanted and image_id not in named:
            homes[_name(image_id)].append(image_id)
    now = [
        homes[_name(image_id)][0] if image_id not in known and len(homes[_name(image_id)]) == 1 else image_id
        for image_id in frame["image_id"]
    ]
    return frame.assign(image_id=now, moved_from=frame["image_id"].where(frame["image_id"] != now, ""))


def _name(image_id: str) -> tuple[str, str]:
    """(subset, file name): what a move between class folders leaves as it is."""
    return image_id.partition("/")[0], PurePosixPath(image_id).name


def moved(corrections: pd.DataFrame) -> list[str]:
    """A sentence on decisions that followed their image, if any did."""
    rows = corrections[corrections["moved_from"] != ""]
    if rows.empty:
        return []
    first = rows.iloc[0]
    return [
        f"{len(rows)} decisions of corrections.csv followed their image to another folder, "
        f"{first['moved_from']!r} to {first['image_id']!r} for one."
    ]


def _table(path: Path) -> pd.DataFrame:
    try:
        frame = read_frame(path, "the columns image_id, label, note")
    except FileNotFoundError:
        return pd.DataFrame(columns=COLUMNS, dtype=str)
    for name in COLUMNS[:2]:
        if name not in frame:
            found = ", ".join(frame.columns)
            raise UserError(f"{path} has no column {name!r}, found {found}: give image_id, label, note.")
    if "note" not in frame:
        frame["note"] = ""
    for name in COLUMNS:
        frame[name] = frame[name].str.strip()
    return frame[COLUMNS]


def _refuse_contradictions(frame: pd.DataFrame, path: Path) -> None:
    first = frame.drop_duplicates("image_id").set_index("image_id")
    for image_id, label, row in zip(frame["image_id"], frame["label"], frame["row"], strict=True):
        before = first.loc[image_id]
        if before["label"] != label:
            raise UserError(
                f"{path}, row {row}: {image_id!r} is {label!r} here and {before['label']!r} in row "
                f"{before['row']}: keep one."
            )


def apply(labels: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """image_id, shipped label, label_given (as told), user (keep, relabel, drop or empty), note, group.

    An image that the user drops keeps its shipped label as label_given: it is still predicted and scored.
    """
    frame = labels[["image_id", "label", "group"]].merge(
        corrections.rename(columns={"label": "corrected"}), on="image_id", how="left"
    )
    told = frame["corrected"].fillna("").to_numpy(str)
    shipped = frame["label"].to_numpy(str)
    user = np.where(
        told == DROP, "drop", np.where(told == shipped, "keep", np.where(told == "", "", "relabel"))
    )
    return pd.DataFrame(
        {
            "image_id": frame["image_id"],
            "shipped": shipped,
            "label_given": np.where((told == "") | (told == DROP), shipped, told),
            "user": user,
            "note": frame["note"].fillna(""),
            "group": frame["group"],
        }
    )
