"""What choosing among candidates on the images that give the score makes of it."""

import numpy as np
from numpy.typing import NDArray

from podium.contracts.search import Optimism

Floats = NDArray[np.float64]


def optimism(losses: Floats, folds: NDArray[np.int8]) -> Optimism:
    """What choosing among candidates flatters: their losses (m, n) on the same images, of folds (n,)."""
    honest = np.empty(losses.shape[1])
    for fold in np.unique(folds):
        home = folds == fold
        others = losses[:, ~home] if not home.all() else losses
        honest[home] = losses[others.mean(axis=1).argmin(), home]
    least = float(losses.mean(axis=1).min())
    return Optimism(candidates=len(losses), loss=least, honest=float(honest.mean()))
