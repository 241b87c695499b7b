"""The manifest's rows of originals: every training image once, with its cleaned and its given label."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from podium.contracts.competition import Competition
from podium.contracts.fold_numbers import HOLD_OUT
from podium.contracts.images import below_data
from podium.foundation.errors import UserError


def rows(
    images: pd.DataFrame,
    labels: pd.DataFrame,
    folds: pd.DataFrame,
    classes: Sequence[str],
) -> pd.DataFrame:
    """One row an image of `folds`, ascending by image_id, with the manifest's columns and `trains`.

    images, labels, folds: the tables of those contracts. `trains`: neither held out nor of weight 0.
    Raises UserError where a table lacks an image.
    """
    frame = folds.sort_values("image_id").merge(images, "left", "image_id").merge(labels, "left", "image_id")
    _complete(frame)
    frame = below_data(frame.rename(columns={"label_x": "given", "label_y": "clean"}))
    dropped = frame["action"] == "drop"
    index = {name: number for number, name in enumerate(classes)}
    label = frame["clean"].map(index).where(~dropped, frame["given"])
    if label.isna().any():
        row = frame[label.isna()].iloc[0]
        raise UserError(
            f"data/clean/labels.csv: {row['image_id']} has the label {row['clean']!r}, which is no class of "
            "the competition: mend data/corrections.csv."
        )
    return pd.DataFrame(
        {
            "image_id": frame["image_id"],
            "source_id": frame["image_id"],
            "label": label.astype("int64"),
            "label_given": frame["given"],
            "weight": frame["weight"].astype("float32"),
            "fold": frame["fold"],
            "copy": 0,
            "shard": frame["shard"],
            "offset": frame["offset"],
            "length": frame["length"],
            "digest": frame["digest"],
            "trains": (frame["fold"] != HOLD_OUT) & (frame["weight"] > 0),
        }
    )


def by_stratum(rows: pd.DataFrame, found: Competition) -> tuple[pd.DataFrame, list[str]]:
    """(the rows with the number of their first stratum as label, the strata's names): of classes themselves.

    Label sets and numbers are many; what copies balance and mirror images are judged by must be few.
    """
    if found.kind.truth == "labels":
        return rows, found.classes
    strata = found.strata(rows["label"].to_numpy(np.int64))
    names = [*found.classes, "none"] if strata.shape[1] == len(found.classes) + 1 else [
        f"part {number}" for number in range(1, strata.shape[1] + 1)
    ]  # fmt: skip
    return rows.assign(label=strata.argmax(1).astype(np.int64)), names


def _complete(frame: pd.DataFrame) -> None:
    for column, artifact in (("status", "data/index/images.parquet"), ("action", "data/clean/labels.csv")):
        missing = frame.loc[frame[column].isna(), "image_id"]
        if len(missing):
            raise UserError(
                f"{artifact} lacks {missing.iloc[0]}, which data/split/folds.parquet names: run `dvc repro`."
            )
