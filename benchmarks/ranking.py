"""Does CV order settings as the server does? Scores with paired intervals, their ranks and their pairs."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
INSIDE = (0.025, 0.975)  # quantiles of a 95 % interval


@dataclass(frozen=True)
class Scored:
    """A setting's score and its bootstrap samples; one seed, so that settings' samples are paired."""

    score: float
    samples: Floats  # (b,)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % percentile interval."""
        low, high = np.quantile(self.samples, INSIDE)
        return float(low), float(high)


@dataclass(frozen=True)
class Pair:
    """Two settings: how much more the first scores (sign turned so that more is better), and if surely."""

    names: tuple[str, str]
    cv: float
    server: float
    cv_sure: bool  # the paired 95 % interval leaves out 0
    server_sure: bool

    @property
    def agree(self) -> bool:
        """Whether both order the two alike; a tie of one alone is no agreement."""
        return bool(np.sign(self.cv) == np.sign(self.server))


def difference(one: Scored, two: Scored, sign: float) -> tuple[float, bool]:
    """(by how much `one` is better, whether the paired interval leaves out 0)."""
    low, high = np.quantile(sign * (one.samples - two.samples), INSIDE)
    return sign * (one.score - two.score), bool(low > 0 or high < 0)


def pairs(cv: dict[str, Scored], server: dict[str, Scored], sign: float) -> list[Pair]:
    """Every two settings, in the order of `cv`."""
    found = []
    for one, two in combinations(cv, 2):
        ours, cv_sure = difference(cv[one], cv[two], sign)
        theirs, server_sure = difference(server[one], server[two], sign)
        found.append(Pair((one, two), ours, theirs, cv_sure, server_sure))
    return found


def spearman(one: list[float], two: list[float]) -> float | None:
    """Rank correlation, equal scores sharing a mean rank; None where one of them never varies."""
    from scipy.stats import rankdata

    first, second = rankdata(one), rankdata(two)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def shares(found: list[Pair]) -> dict[str, int]:
    """Counts: pairs; beyond noise on the server, and of them ordered rightly by CV; the same for sure CV."""
    beyond = [pair for pair in found if pair.server_sure]
    sure = [pair for pair in found if pair.cv_sure]
    return {
        "pairs": len(found),
        "server_differs": len(beyond),
        "cv_right": sum(pair.agree for pair in beyond),
        "cv_sure": len(sure),
        "cv_sure_right": sum(pair.agree for pair in sure),
        "both_sure": sum(pair.cv_sure for pair in beyond),
        "both_sure_right": sum(pair.agree for pair in beyond if pair.cv_sure),
    }
