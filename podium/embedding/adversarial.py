"""Adversarial validation: can a classifier on the embeddings tell train from test?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.folds.assign import assign
from podium.linear import probe
from podium.metrics.metric import auc

FOLDS = 3
MOST = 20  # train images named as looking most like test


@dataclass(frozen=True)
class Drift:
    """How far train and test differ."""

    auc: float  # out of fold; 0.5 = cannot be told apart, 1 = told apart with certainty
    likeness: NDArray[np.float64]  # (n,) probability of being a test image
    most: list[str]  # train images that look most like test, most first


def shift(
    ids: list[str], vectors: NDArray[np.float32], test: NDArray[np.bool_], groups: list[str], seed: int
) -> Drift | None:
    """Train against test (`test` (n,)); duplicates of `groups` stay together. None with too few of either."""
    if min(test.sum(), (~test).sum()) < FOLDS:
        return None
    labels = test.astype(np.int64)
    folds = assign(ids, labels, groups, FOLDS, seed)
    likeness = probe.out_of_fold(vectors, labels, folds, 2)[:, 1]
    train = np.flatnonzero(~test)
    order = train[np.argsort(-likeness[train], kind="stable")]
    return Drift(
        float(auc(test, likeness, np.ones((1, len(test))))[0]), likeness, [ids[row] for row in order[:MOST]]
    )
