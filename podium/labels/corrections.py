"""data/corrections.csv: the user's own word on labels, which wins over everything."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.errors import UserError

DROP = "drop"
COLUMNS = ["image_id", "label", "note"]


def read(path: Path, known: set[str], classes: list[str]) -> pd.DataFrame:
    """image_id, label (a class or `drop`), note: str; at most one row an image.

    Raises UserError with the row for an unknown image, an unknown label, or an image that stands twice
    with different labels. A class named `drop` is refused by name: the word would mean two things.
    """
    frame = _table(path)
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
    return frame.drop_duplicates("image_id").reset_index(drop=True)[COLUMNS]


def _table(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        return pd.DataFrame(columns=COLUMNS, dtype=str)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} is no CSV table ({str(error).strip()}): give the columns image_id, label, note."
        ) from None
    frame.columns = frame.columns.str.strip()
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
    """image_id, label_given, user (keep, relabel, drop or empty), note, group: as shipped, then as told.

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
            "label_given": np.where((told == "") | (told == DROP), shipped, told),
            "user": user,
            "note": frame["note"].fillna(""),
            "group": frame["group"],
        }
    )
