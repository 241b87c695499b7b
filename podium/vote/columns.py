"""Columns beside the image as a member of the vote: a model on them and on the images' predictions.

Stacked (Wolpert 1992): for each fold it learns from the other folds' columns and out-of-fold predictions. A
linear model and small gradient-boosted trees are tried; the better joins the vote where the metric gains more
by it than the difference's standard error.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.experiments.runs import Pool
from podium.foundation.run import derive
from podium.metrics.metric import Metric
from podium.vote.ensemble import parts
from podium.vote.paying import Trial, tried
from podium.vote.voter import SMALLEST_INPUT, Probs, arithmetic_mean

NAME = "columns"
MOST_CLASSES = 30  # columns of predictions: each asks for its own trees, and its weight on every value
MOST_VALUES = 50  # words of a column that are told apart: rarer ones are one
FEWEST = 5  # images of such a word
C = 1.0  # inverse strength of the linear model's penalty on standardised inputs, which are few
RIDGE = 10.0  # penalty of numbers, on standardised inputs
ROUNDS, LEAVES, RATE, L2 = 50, 7, 0.1, 1.0  # of the trees
MOST_STEPS = 500

Floats = NDArray[np.float64]
Model = Callable[[Floats], Floats]  # inputs (n, d) -> (n, c) scores or predictions
Learner = Callable[[Floats, "Pool", NDArray[np.bool_], int], Model]


@dataclass(frozen=True)
class Encoded:
    """Columns as numbers: a column of 0 and 1 for each word, a measured one standardised, gaps at 0 with a
    column that tells them."""

    names: list[str]
    values: Floats  # (n, d)


def encode(cells: pd.DataFrame, learnt: int) -> Encoded:
    """The columns of images, of which the first `learnt` are labelled: words and spreads are theirs."""
    made: dict[str, Floats] = {}
    for name in cells.columns:
        text = cells[name]
        numbers = pd.to_numeric(text, errors="coerce")
        empty = text.isna().to_numpy()
        if np.isfinite(numbers[~empty]).all():
            made |= _measured(str(name), numbers.to_numpy(np.float64), empty, learnt)
        else:
            counts = text[:learnt].value_counts()
            words = sorted(counts[counts >= FEWEST].index[:MOST_VALUES])
            made |= {f"{name}={word}": (text == word).to_numpy(np.float64) for word in words}
    values = list(made.values()) or [np.zeros(len(cells))]
    return Encoded(list(made), np.column_stack(values))


def _measured(name: str, numbers: Floats, empty: NDArray[np.bool_], learnt: int) -> dict[str, Floats]:
    known = numbers[:learnt][~empty[:learnt]]
    spread = max(float(known.std()), 1e-9) if len(known) else 1.0
    centre = float(known.mean()) if len(known) else 0.0
    made = {name: np.where(empty, 0.0, (numbers - centre) / spread)}
    return made | ({f"{name} empty": empty.astype(np.float64)} if empty.any() else {})


def joined(
    pool: Pool, cells: pd.DataFrame, wanted: str, hidden: bool, metric: Metric, seed: int
) -> tuple[Pool, list[str]]:
    """(the pool, with the columns' member where it pays; sentences). cells: by image_id.

    `wanted`: auto, or none, which leaves the pool as it is. hidden: the test images are shown to notebooks
    alone, which predict from images.
    """
    if wanted == "none" or not len(cells.columns):
        return pool, []
    names = ", ".join(cells.columns)
    if hidden:
        return pool, [f"columns: {names} are not tried: a notebook's bundle predicts from images alone."]
    if pool.oof.shape[2] > MOST_CLASSES:
        told = f"{pool.oof.shape[2]} classes, more than {MOST_CLASSES}"
        return pool, [f"columns: {names} are not tried with {told}."]
    encoded = encode(cells.reindex([*pool.ids, *pool.test_ids]), len(pool.ids)).values
    trials = [_tried(name, pool, encoded, metric, seed) for name in LEARNERS]
    best = max(trials, key=lambda trial: trial.gain)
    kept = best.gain > best.error
    told = ", ".join(f"{one.name} {one.gain:+.4f} ± {one.error:.4f}" for one in trials)
    verdict = f"the {best.name} joins the vote" if kept else "not kept"
    said = [f"columns: {names} beside the images change {metric.name} by {told}: {verdict}."]
    if not kept:
        return pool, said
    oof, test = np.concatenate([pool.oof, best.oof[None]]), np.concatenate([pool.test, best.test[None]])
    return replace(pool, names=[*pool.names, NAME], oof=oof, test=test), said


def _tried(name: str, pool: Pool, encoded: Floats, metric: Metric, seed: int) -> Trial:
    before = arithmetic_mean(pool.oof, pool.settle)
    n, home = len(pool.ids), parts(pool.home, pool.groups, seed)
    inputs = np.hstack([_inputs(before, pool), encoded[:n]])
    oof = np.empty_like(before)
    models = []
    for part in np.unique(home):
        models.append(LEARNERS[name](inputs, pool, home != part, seed))
        oof[home == part] = pool.settle(models[-1](inputs[home == part]))
    if len(models) != pool.test.shape[1]:  # a single fold was parted
        models = [LEARNERS[name](inputs, pool, np.ones(n, bool), seed)]
    voted = [arithmetic_mean(pool.test[:, fold], pool.settle) for fold in range(pool.test.shape[1])]
    test = np.stack([
        pool.settle(model(np.hstack([_inputs(one, pool), encoded[n:]])))
        for model, one in zip(models, voted, strict=True)
    ])  # fmt: skip
    return tried(name, oof, test, oof, pool, metric, seed)


def _inputs(probs: Probs, pool: Pool) -> Floats:
    """(n, c) predictions as a model takes them: classes' centred logarithms, labels' log odds, numbers."""
    return INPUTS[pool.kind.link](probs)


def _centred(probs: Probs) -> Floats:
    logs = np.log(np.maximum(probs, SMALLEST_INPUT))
    return np.asarray(logs - logs.mean(1, keepdims=True))


def _log_odds(probs: Probs) -> Floats:
    sure = np.clip(probs, SMALLEST_INPUT, 1 - SMALLEST_INPUT)
    return np.asarray(np.log(sure) - np.log1p(-sure))


def _numbers(values: Probs) -> Floats:
    return values


INPUTS: dict[str, Callable[[Probs], Floats]] = {
    "softmax": _centred, "sigmoid": _log_odds, "identity": _numbers,
}  # fmt: skip


def _linear(inputs: Floats, pool: Pool, rows: NDArray[np.bool_], seed: int) -> Model:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    numbers = pool.kind.link == "identity"

    def made() -> Any:
        return make_pipeline(
            StandardScaler(), Ridge(RIDGE) if numbers else LogisticRegression(C=C, max_iter=MOST_STEPS)
        )

    return _fitted(made, inputs, pool, rows)


def _trees(inputs: Floats, pool: Pool, rows: NDArray[np.bool_], seed: int) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if pool.kind.link == "identity" else HistGradientBoostingClassifier

    def made() -> Any:
        return kind(
            max_iter=ROUNDS,
            max_leaf_nodes=LEAVES,
            learning_rate=RATE,
            l2_regularization=L2,
            early_stopping=False,
            random_state=derive(seed, NAME) % 2**32,
        )

    return _fitted(made, inputs, pool, rows)


LEARNERS: dict[str, Learner] = {"linear model": _linear, "gradient-boosted trees": _trees}


def _fitted(made: Callable[[], Any], inputs: Floats, pool: Pool, rows: NDArray[np.bool_]) -> Model:
    """One model of all classes; of labels and numbers one each."""
    targets = pool.targets
    if pool.kind.link == "softmax":
        return _of_classes(made().fit(inputs[rows], pool.labels[rows]), targets.shape[1])
    columns = [_of_one(made, inputs[rows], targets[rows, c], pool.kind.link) for c in range(targets.shape[1])]
    return lambda some: np.column_stack([column(some) for column in columns])


def _of_classes(model: Any, k: int) -> Model:
    def predicted(some: Floats) -> Floats:
        probs = np.zeros((len(some), k))
        probs[:, model.classes_] = model.predict_proba(some)
        return probs

    return predicted


def _of_one(made: Callable[[], Any], inputs: Floats, target: Floats, link: str) -> Callable[[Floats], Floats]:
    """A label that every image has, or none, is no question."""
    if len(np.unique(target)) < 2:
        return lambda some: np.full(len(some), float(target[0]))
    model = made().fit(inputs, target)
    if link == "identity":
        return lambda some: np.asarray(model.predict(some))
    return lambda some: np.asarray(model.predict_proba(some)[:, 1])
