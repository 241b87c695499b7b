"""Candidates compared out of fold, image by image, with the error of their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """How much smaller the second candidate's loss is, and that difference's standard error."""

    gain: float
    error: float

    @property
    def pays(self) -> bool:
        """Is the gain beyond its error?"""
        return self.gain > self.error


def paired(first: Floats, second: Floats, groups: Sequence[str]) -> Paired:
    """Of two candidates' losses (n,) on the same images; images of one group err together."""
    change = first - second
    _, codes = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    sums = np.bincount(codes, change - change.mean())
    return Paired(float(change.mean()), float(np.sqrt((sums**2).sum()) / len(change)))


def sample(strata: NDArray[np.int64], order: Floats, most: int, fewest: int) -> NDArray[np.int64]:
    """Rows, ascending: at most `most`, each stratum's share of them.

    Where that leaves a stratum fewer than `fewest` rows, whole strata are left out instead. `strata` (n,)
    are numbers, `order` (n,) says which of a stratum's rows come first.
    """
    if len(strata) <= most:
        return np.arange(len(strata))
    names, counts = np.unique(strata, return_counts=True)
    kept = max(1, min(len(names), most // fewest))
    first = np.array([order[strata == name].min() for name in names])
    chosen = names[np.argsort(first, kind="stable")[:kept]]
    share = most / counts[np.isin(names, chosen)].sum()
    rows = [
        part[np.argsort(order[part], kind="stable")][: max(fewest, round(share * len(part)))]
        for part in (np.flatnonzero(strata == name) for name in chosen)
    ]
    return np.sort(np.concatenate(rows))
