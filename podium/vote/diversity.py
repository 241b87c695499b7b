"""How unlike the members are, and what each adds: a vote gains from members that err on other images."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from podium.experiments.runs import Pool
from podium.foundation.files import write_text
from podium.metrics.metric import Metric
from podium.metrics.rows import ROWS
from podium.vote.voter import arithmetic_mean


def pairs(pool: Pool) -> list[dict[str, Any]]:
    """For each two members: the share of images that they decide differently, and how their errors correlate.

    The correlation is that of the two members' errors (of classes: phi), [-1, 1]; 0 where one never varies.
    """
    judge, targets = ROWS[pool.kind.truth], pool.targets
    decisions = [pool.kind.decide(oof) for oof in pool.oof]
    errors = [1 - judge.hits(targets, oof) for oof in pool.oof]
    return [
        {
            "first": pool.names[i],
            "second": pool.names[j],
            "disagreement": float((1 - judge.hits(decisions[i], decisions[j])).mean()),
            "error_correlation": _phi(errors[i], errors[j]),
        }
        for i, j in combinations(range(len(pool.names)), 2)
    ]


def write(pool: Pool, path: Path) -> None:
    """diversity.csv: the pairs, one a row; nothing for a single member."""
    if len(pool.names) > 1:
        write_text(path, pd.DataFrame(pairs(pool)).to_csv(index=False, lineterminator="\n"))


def adds(pool: Pool, metric: Metric) -> list[float]:
    """For each member: what the soft vote of all gains over the soft vote without it; more is better.

    0 for a single member.
    """
    m = len(pool.names)
    if m == 1:
        return [0.0]
    whole = metric.goodness(metric.function(pool.labels, arithmetic_mean(pool.oof, pool.settle)))
    without = [arithmetic_mean(np.delete(pool.oof, i, axis=0), pool.settle) for i in range(m)]
    return [whole - metric.goodness(metric.function(pool.labels, probs)) for probs in without]


def _phi(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
