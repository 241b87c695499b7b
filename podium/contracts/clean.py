"""data/clean/labels.csv: the label of every readable labelled original, after corrections and cleaning.

`label_given` is the shipped label plus the user's own corrections: what every score is computed on.
`label` is what training sees, at `weight` in the loss. action `drop` keeps the row (its fold, its
prediction), at weight 0.
"""

from pathlib import Path

import pandas as pd

from podium.foundation.errors import UserError
from podium.foundation.files import replacing

PATH = Path("data/clean/labels.csv")
CORRECTIONS = Path("data/corrections.csv")  # the user's own word: image_id, label or `drop`, note
COLUMNS = ["image_id", "label", "label_given", "action", "suspect", "quality", "reason", "weight"]
ACTIONS = ("keep", "relabel", "drop")


def write(frame: pd.DataFrame, path: Path = PATH) -> None:
    """Checks and writes the table, sorted by image_id. Without a weight column, drop weighs 0, all else 1."""
    if "weight" not in frame:
        frame = frame.assign(weight=(frame["action"] != "drop").astype(float))
    broken = _broken(frame)
    assert broken is None, broken
    with replacing(path) as draft:
        frame[COLUMNS].sort_values("image_id").to_csv(draft, index=False, lineterminator="\n")


def read(path: Path = PATH) -> pd.DataFrame:
    """image_id, label, label_given, action, reason: str; suspect: bool; quality in [0, 1], weight: float."""
    kinds = dict.fromkeys(COLUMNS, str) | {"suspect": bool, "quality": float, "weight": float}
    try:
        frame = pd.read_csv(path, dtype=kinds, keep_default_na=False)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`.") from None
    except ValueError as error:
        raise UserError(f"{path} is broken ({error}): run `dvc repro -f clean_labels`.") from None
    broken = _broken(frame)
    if broken is not None:
        raise UserError(f"{path}: {broken}; run `dvc repro -f clean_labels`.")
    return frame


def _broken(frame: pd.DataFrame) -> str | None:
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        return f"column {missing[0]} is missing"
    if frame["image_id"].duplicated().any():
        return "an image_id stands twice"
    if not frame["action"].isin(ACTIONS).all():
        return f"an action is none of {ACTIONS}"
    if not frame["quality"].between(0, 1).all():
        return "a quality is outside [0, 1]"
    if not (frame["weight"] >= 0).all() or (frame["weight"] > 0)[frame["action"] == "drop"].any():
        return "a weight is negative, or a dropped image has one"
    return None
