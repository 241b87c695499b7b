"""Predictions made outside Podium: two CSV files, checked against our ids, folds and classes.

The out-of-fold file has the columns image_id, fold and one a class; the test file image_id, or the
submission's own id column, and one a class. Rows may stand in any order.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.contracts.competition import Competition
from podium.download.frames import read_frame
from podium.experiments.runs import Member, Probs
from podium.foundation.errors import UserError
from podium.foundation.files import digest, sha256
from podium.foundation.git import repository
from podium.vote.params import External

TOLERANCE = 1e-3  # of a row's sum: CSV files are rounded


def file_digest(external: External) -> str:
    """What params.yaml must say of the two files, so that a changed file is a changed parameter."""
    return digest([sha256(_place(path)) for path in (external.oof, external.test)])


def read(
    external: External, like: Member, split: pd.DataFrame, found: Competition, ids: dict[str, list[str]]
) -> Member:
    """A member on the folds and test images of `like`; `ids` maps the submission's ids to image_ids:
    all images of a row get its prediction.

    Raises UserError with file and row where ids, folds, classes or probabilities are not right.
    """
    said = file_digest(external)
    if said != external.digest:
        raise UserError(
            f"params.yaml: ensemble.external: {external.oof} and {external.test} have digest {said}, "
            f"found {external.digest!r}: write the digest, which says that these files are meant."
        )
    oof = _table(external.oof, found.classes)
    _same_folds(oof, split, external.oof)
    test = _table(external.test, found.classes, found.id_column, ids)
    probs = _rows(test, like.test_ids, found.classes, external.test)
    return Member(
        name=external.oof.stem,
        ids=like.ids,
        oof=_rows(oof, like.ids, found.classes, external.oof),
        folds=like.folds,
        test_ids=like.test_ids,
        test=np.repeat(probs[None], len(like.folds), axis=0),
    )


def _place(path: Path) -> Path:
    """The file itself; a relative path is one in the project, also from a temporary workspace."""
    place = repository() / path.expanduser()
    if not place.is_file():
        raise UserError(f"params.yaml: ensemble.external: {path} is not there: give a CSV file's path.")
    return place


def _table(
    path: Path, classes: list[str], id_column: str = "image_id", ids: dict[str, list[str]] | None = None
) -> pd.DataFrame:
    frame = read_frame(_place(path), "one column for the ids and one a class")
    if "image_id" not in frame and ids is not None and id_column in frame:
        named = frame[id_column].map(ids)
        frame = frame.assign(image_id=named.where(named.notna(), frame[id_column])).explode("image_id")
    for name in ["image_id", *classes]:
        if name not in frame:
            raise UserError(
                f"{path}: column {name!r} is missing, found {', '.join(map(str, frame.columns))}: one "
                "column for the ids and one a class, named as in data/index/competition.json."
            )
    repeated = frame["image_id"].duplicated()
    if repeated.any():
        raise UserError(f"{path}: image_id {frame.loc[repeated, 'image_id'].iloc[0]!r} stands twice.")
    return frame.set_index("image_id")


def _same_folds(frame: pd.DataFrame, split: pd.DataFrame, path: Path) -> None:
    if "fold" not in frame:
        raise UserError(
            f"{path}: column 'fold' is missing: without it nobody can tell that these predictions are "
            "out-of-fold; copy it from data/split/folds.parquet after training on those folds."
        )
    ours = split.set_index("image_id")["fold"]
    both = frame.index.intersection(ours.index)
    other = both[frame.loc[both, "fold"].astype(str).to_numpy() != ours[both].astype(str).to_numpy()]
    if len(other):
        raise UserError(
            f"{path}: {other[0]!r} was predicted in fold {frame.loc[other[0], 'fold']}, here it is in fold "
            f"{ours[other[0]]}: train on the folds of data/split/folds.parquet."
        )


def _numbers(cells: "pd.Series[str]") -> "pd.Series[float]":
    """Cells as numbers; a comma is the decimal point of half the world's spreadsheets."""
    return pd.to_numeric(cells.astype(str).str.replace(",", "."), errors="coerce")


def _rows(frame: pd.DataFrame, ids: list[str], classes: list[str], path: Path) -> Probs:
    lacking = [image_id for image_id in ids if image_id not in frame.index]
    if lacking:
        raise UserError(f"{path}: {len(lacking)} images have no row, {lacking[0]!r} for one.")
    values = frame.loc[ids, classes].apply(_numbers).to_numpy(np.float64)
    wrong = ~np.isfinite(values).all(1) | (values < 0).any(1) | (abs(values.sum(1) - 1) > TOLERANCE)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise UserError(
            f"{path}: the row of {ids[row]!r} holds no probabilities that sum to 1, found "
            f"{values[row].round(4).tolist()}."
        )
    return np.asarray(values / values.sum(1, keepdims=True))
