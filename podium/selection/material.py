"""What the search judges with: labelled originals under their cleaned labels, and who is predicted."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts.competition import Competition
from podium.contracts.fold_numbers import HOLD_OUT
from podium.contracts.images import readable
from podium.foundation.errors import UserError
from podium.foundation.run import derive

Rows = NDArray[np.int64]
UNLABELLED = ("test", "unlabelled")


@dataclass(frozen=True)
class Case:
    """What is judged: `n` labelled images, and how many are looked at in all."""

    rows: Rows  # (n,) of the labelled images among all that are looked at
    targets: NDArray[np.float32]  # (n, c) learnt: under cleaned labels
    given: NDArray[np.float32]  # (n, c) scored: under given labels
    folds: NDArray[np.int8]  # (n,)
    weights: NDArray[np.float64]  # (n,) in fitting
    groups: list[str]  # (n,)
    strata: NDArray[np.int64]  # (n,) what a sample shall hold alike
    order: NDArray[np.float64]  # (n,) in which a sample is drawn
    link: str
    images: int  # looked at in all

    def of(self, some: Rows) -> "Case":
        """The case of some labelled images."""
        return replace(
            self,
            rows=self.rows[some],
            targets=self.targets[some],
            given=self.given[some],
            folds=self.folds[some],
            weights=self.weights[some],
            groups=[self.groups[row] for row in some],
            strata=self.strata[some],
            order=self.order[some],
        )


@dataclass(frozen=True)
class Material:
    """Rows are those of `images`, the readable ones of images.parquet."""

    images: pd.DataFrame
    case: Case
    test: Rows  # test, hold-out and unlabelled images
    task: str = "single"

    def ids(self, rows: Rows) -> list[str]:
        """Their image_ids."""
        return [str(name) for name in self.images["image_id"].to_numpy()[rows]]


def gather(
    images: pd.DataFrame, folds: pd.DataFrame, cleaned: pd.DataFrame, found: Competition, seed: int
) -> Material:
    """Joins the tables of those contracts. Scores are under the given labels, fits under the cleaned ones."""
    images = readable(images)
    place = pd.Series(np.arange(len(images)), index=images["image_id"])
    table = folds.sort_values("image_id").merge(cleaned, "left", "image_id", suffixes=("_folds", ""))
    _complete(table, place)
    number = {answer: row for row, answer in enumerate(found.answers)}
    given = table["label_folds"].to_numpy(np.int64)
    learnt = np.array([number.get(name, -1) for name in table["label"]], np.int64)
    learnt = np.where((table["action"] == "drop") | (learnt < 0), given, learnt)
    ids = table["image_id"].tolist()
    case = Case(
        rows=place[ids].to_numpy(np.int64),
        targets=found.table[learnt],
        given=found.table[given],
        folds=table["fold"].to_numpy(np.int8),
        weights=table["weight"].to_numpy(np.float64),
        groups=table["group"].tolist(),
        strata=found.kind.strata(found.table[given].astype(np.float64)).argmax(1),
        order=np.array([derive(seed, "probe", image_id) / 2**63 for image_id in ids]),
        link=found.kind.link,
        images=len(images),
    )
    held = set(folds.loc[folds["fold"] == HOLD_OUT, "image_id"])
    test = images["subset"].isin(UNLABELLED) | images["image_id"].isin(held)
    return Material(images, case, np.flatnonzero(test), found.task)


def _complete(table: pd.DataFrame, place: "pd.Series[int]") -> None:
    lacking = [image_id for image_id in table["image_id"] if image_id not in place.index]
    lacking += table.loc[table["action"].isna(), "image_id"].tolist()
    if lacking:
        raise UserError(
            f"data/index or data/clean lacks {lacking[0]}, which data/split has: run `dvc repro`."
        )
