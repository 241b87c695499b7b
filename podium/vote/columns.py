"""Columns beside the image as a member of the vote: a model on them and on the images' predictions.

Stacked (Wolpert 1992): for each fold it learns from the other folds' columns and out-of-fold predictions. A
linear model and small gradient-boosted trees are tried; the better joins the vote where the metric gains more
by it than the difference's standard error.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.experiments.runs import Pool
from podium.foundation.run import derive
from podium.metrics.metric import Metric
from podium.vote.encoding import Encoding, Floats, learn
from podium.vote.ensemble import parts
from podium.vote.models import SLOPE, Model, Scorer, constant, linear, trees
from podium.vote.paying import TriedMember, tried
from podium.vote.stacked import INPUTS, Stacked
from podium.vote.voter import arithmetic_mean

NAME = "columns"
MOST_CLASSES = 30  # columns of predictions: each asks for its own trees, and its weight on every value
C = 1.0  # inverse strength of the linear model's penalty on standardised inputs, which are few
RIDGE = 10.0  # penalty of numbers, on standardised inputs
ROUNDS, LEAVES, RATE, L2 = 50, 7, 0.1, 1.0  # of the trees
MOST_STEPS = 500

FitColumns = Callable[[Floats, Pool, NDArray[np.bool_], int], Model]


def joined(
    pool: Pool, cells: pd.DataFrame, wanted: str, metric: Metric, seed: int
) -> tuple[Pool, list[str], Stacked | None]:
    """(the pool, with the columns' member where it pays; sentences; the member). cells: by image_id.

    `wanted`: auto, or none, which leaves the pool as it is.
    """
    if wanted == "none" or not len(cells.columns):
        return pool, [], None
    names = ", ".join(cells.columns)
    if pool.oof.shape[2] > MOST_CLASSES:
        told = f"{pool.oof.shape[2]} classes, more than {MOST_CLASSES}"
        return pool, [f"columns: {names} are not tried with {told}."], None
    beside = cells.reindex([*pool.ids, *pool.test_ids])
    encoding = learn(beside, len(pool.ids))
    made = [_tried(name, pool, beside, encoding, metric, seed) for name in LEARNERS]
    best, member = max(made, key=lambda one: one[0].gain)
    kept = best.gain > best.error
    told = ", ".join(f"{one.name} {one.gain:+.4f} ± {one.error:.4f}" for one, _ in made)
    verdict = f"the {best.name} joins the vote" if kept else "not kept"
    said = [f"columns: {names} beside the images change {metric.name} by {told}: {verdict}."]
    if not kept:
        return pool, said, None
    oof, test = np.concatenate([pool.oof, best.oof[None]]), np.concatenate([pool.test, best.test[None]])
    return replace(pool, names=[*pool.names, NAME], oof=oof, test=test), said, member


def _tried(
    name: str, pool: Pool, beside: pd.DataFrame, encoding: Encoding, metric: Metric, seed: int
) -> tuple[TriedMember, Stacked]:
    before = arithmetic_mean(pool.oof, pool.settle)
    n, home = len(pool.ids), parts(pool.home, pool.groups, seed)
    inputs = np.hstack([INPUTS[pool.kind.link](before), encoding(beside[:n])])
    oof = np.empty_like(before)
    models = []
    for part in np.unique(home):
        models.append(LEARNERS[name](inputs, pool, home != part, seed))
        oof[home == part] = pool.settle(models[-1](inputs[home == part]))
    if len(models) != pool.test.shape[1]:  # a single fold was parted
        models = [LEARNERS[name](inputs, pool, np.ones(n, bool), seed)]
    member = Stacked(encoding, models, pool.kind.link)
    test = member(pool.test.astype(np.float64), beside[n:], pool.settle)
    return tried(name, oof, test, oof, pool, metric, seed), member


def _linear(inputs: Floats, pool: Pool, rows: NDArray[np.bool_], seed: int) -> Model:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    numbers = pool.kind.link == "identity"

    def fit(some: Floats, targets: NDArray[Any], both: bool) -> Scorer:
        last = Ridge(RIDGE) if numbers else LogisticRegression(C=C, max_iter=MOST_STEPS)
        return linear(make_pipeline(StandardScaler(), last).fit(some, targets), both)

    return _fitted(fit, inputs, pool, rows)


def _trees(inputs: Floats, pool: Pool, rows: NDArray[np.bool_], seed: int) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if pool.kind.link == "identity" else HistGradientBoostingClassifier

    def fit(some: Floats, targets: NDArray[Any], both: bool) -> Scorer:
        model = kind(
            max_iter=ROUNDS,
            max_leaf_nodes=LEAVES,
            learning_rate=RATE,
            l2_regularization=L2,
            early_stopping=False,
            random_state=derive(seed, NAME) % 2**32,
        )
        slope = np.zeros(some.shape[1])
        slope[: pool.oof.shape[2]] = SLOPE * some[:, : pool.oof.shape[2]].std(0)
        return trees(model.fit(some, targets), slope, both)

    return _fitted(fit, inputs, pool, rows)


LEARNERS: dict[str, FitColumns] = {"linear model": _linear, "gradient-boosted trees": _trees}


def _fitted(
    fit: Callable[[Floats, NDArray[Any], bool], Scorer],
    inputs: Floats,
    pool: Pool,
    rows: NDArray[np.bool_],
) -> Model:
    """One model of all classes; of labels and numbers one each. A label that all have, or none, is none."""
    link, c, some = pool.kind.link, pool.oof.shape[2], inputs[rows]
    if link == "softmax":
        known = np.unique(pool.labels[rows])
        return Model([fit(some, pool.labels[rows], len(known) == 2)], link, known, c)
    targets = pool.targets[rows]
    scorers = [
        fit(some, column, False)
        if len(np.unique(column)) > 1
        else constant(float(column[0]), link, some.shape[1])
        for column in targets.T
    ]
    return Model(scorers, link, np.arange(c), c)
