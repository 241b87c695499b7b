"""What stands between members' predictions and the voter, as ensemble decided it: bundles carry it too.

Images become rows; then what pays beside the members joins them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from podium.vote.judges import Alike
from podium.vote.merging import Features, Ints, Merging, Probs, Settle, numbered
from podium.vote.stacked import Stacked


@dataclass(frozen=True)
class Metadata:
    """What is known of images beside their predictions."""

    home: Ints  # (n,) the row of each, ascending
    vectors: Features  # (n, d) the fixed network's; d is 0 where nobody looks at them
    cells: pd.DataFrame  # (n) what tables say; of a row its first image's counts

    @property
    def looks(self) -> Features:
        """(r, d) the vectors of rows."""
        return numbered(self.home).means(self.vectors)


@dataclass(frozen=True)
class Recipe:
    """How images' predictions become what the voter sees."""

    rows: Merging | None = None
    columns: Stacked | None = None
    neighbours: Alike | None = None

    def __call__(self, probs: Probs, seen: Metadata, settle: Settle) -> Probs:
        """Members' (m, f, n, c) of images as (m', f, r, c) of rows, what joins them last.

        settle: scores (..., c) as the task's predictions.
        """
        rows = numbered(seen.home)
        if self.rows is not None:
            probs = self.rows(probs, rows, settle)
        if self.columns is not None:
            cells = seen.cells.iloc[rows.order[rows.starts]]
            probs = np.concatenate([probs, self.columns(probs, cells, settle)[None]])
        if self.neighbours is not None:
            probs = np.concatenate([probs, self.neighbours(seen.looks)[None]])
        return probs
