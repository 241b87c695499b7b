"""Which images a fold learns from and is watched on, with their targets and weights."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts.fold_numbers import HOLD_OUT, is_refit, named
from podium.contracts.images import below_data
from podium.contracts.manifest import training_rows, validation_rows
from podium.foundation.errors import UserError


@dataclass(frozen=True)
class Tables:
    """What a fold is trained on, as the contracts read it."""

    manifest: pd.DataFrame
    pseudo: pd.DataFrame
    images: pd.DataFrame

    def taught(self) -> pd.DataFrame:
        """The pseudo-labels with their images' places and digests."""
        return with_places(self.pseudo, self.images)


@dataclass(frozen=True)
class TrainingRows:
    """Images in order with what training must know of each."""

    frame: pd.DataFrame  # image_id, digest, shard, offset, length, copy; fold of what is learnt
    targets: NDArray[np.float32]  # (n, c) as the task has them; of one class an image rows sum to 1
    weights: NDArray[np.float32]  # (n,)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def copies(self) -> int:
        """How many of the images are copies."""
        return int((self.frame["copy"] > 0).sum())

    def originals(self) -> "TrainingRows":
        """The rows without copies: fresh augmentation takes their place."""
        kept = (self.frame["copy"] == 0).to_numpy()
        return TrainingRows(self.frame[kept], self.targets[kept], self.weights[kept])


COLUMNS = ["image_id", "digest", "shard", "offset", "length", "copy"]
LEARNT = [*COLUMNS, "fold"]  # the fold that validates it; -1 where it is pseudo-labelled


def training(
    manifest: pd.DataFrame, pseudo: pd.DataFrame, fold: int, table: NDArray[np.float32]
) -> TrainingRows:
    """The other folds' originals and copies, and this fold's pseudo-labelled images, in the tables' order.

    A refit's are every fold's. table (a, c): the targets of each answer.

    Raises UserError where nothing is left to train on.
    """
    hard = training_rows(manifest, fold)
    if hard.empty:
        raise UserError(
            f"{named(fold)} has no image to train on: every other image is held out or has weight 0; "
            "see data/split/folds.parquet and data/clean/labels.csv, or lower split.k."
        )
    soft = together(pseudo) if is_refit(fold) else pseudo[pseudo["fold"] == fold]
    soft = soft.assign(fold=HOLD_OUT)
    given = table[hard["label"].to_numpy(np.int64)]
    taught = soft[[f"p{i}" for i in range(table.shape[1])]].to_numpy(np.float32)
    return TrainingRows(
        frame=pd.concat([hard[LEARNT], soft[LEARNT]], ignore_index=True) if len(soft) else hard[LEARNT],
        targets=np.concatenate([given, taught]),
        weights=np.concatenate([hard["weight"], soft["weight"]]).astype(np.float32),
    )


def together(pseudo: pd.DataFrame) -> pd.DataFrame:
    """Each pseudo-labelled image once: its folds' mean label, weighed by the share of folds that took it."""
    pseudo = pseudo.reset_index(drop=True)  # an empty join calls its index image_id too
    once, folds = pseudo.drop_duplicates("image_id"), pseudo["fold"].nunique()
    each = pseudo.groupby("image_id", sort=False)
    names = [name for name in pseudo.columns if name[0] == "p" and name[1:].isdigit()]
    means = {name: each[name].mean().to_numpy(np.float32) for name in names}
    return once.assign(**means, weight=(each["weight"].sum() / max(1, folds)).to_numpy(np.float32))


def validation(manifest: pd.DataFrame, fold: int, table: NDArray[np.float32]) -> TrainingRows:
    """The fold's originals under their given labels, all with weight 1."""
    rows = validation_rows(manifest, fold)
    labels = rows["label_given"].to_numpy(np.int64)
    return TrainingRows(rows[COLUMNS], table[labels], np.ones(len(rows), np.float32))


def with_places(pseudo: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Pseudo-labels joined with where their images lie below data/, and their bytes' digests."""
    places = below_data(images).set_index("image_id")[["shard", "offset", "length", "digest"]]
    return pseudo.join(places, on="image_id", how="inner").assign(copy=0)


def balanced_weights(rows: TrainingRows) -> TrainingRows:
    """The rows with weights times n / (k present * n_class), so that each class weighs the same."""
    mass = (rows.targets * rows.weights[:, None]).sum(0)
    present = mass > 0
    factor = np.zeros(len(mass), np.float32)
    factor[present] = mass.sum() / (present.sum() * mass[present])
    return TrainingRows(rows.frame, rows.targets, rows.weights * (rows.targets @ factor))
