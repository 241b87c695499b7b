"""Which views pay: judged on out-of-fold predictions, their gain on folds that did not choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.features.items import IDENTITY
from podium.foundation.run import derive
from podium.metrics.rows import ROWS, ByRow

REPLICATES = 1000  # of the paired bootstrap
LEVEL = 0.95
CHUNK = 1 << 22  # drawn rows held at a time

Probs = NDArray[np.floating]
Predict = Callable[[Sequence[str]], Probs]  # names of views -> out-of-fold probabilities (n, k)


@dataclass(frozen=True)
class OutOfFold:
    """The out-of-fold rows by which views are chosen, in the order of their predictions."""

    labels: NDArray[np.int64]
    folds: NDArray[np.int64]
    groups: NDArray[Any]
    rows_of: ByRow = ROWS["labels"]  # judges a row by its targets
    table: NDArray[np.floating] | None = None  # the targets (a, c) of each label; left out, each is a class

    def targets(self, classes: int) -> NDArray[np.floating]:
        """(n, c) of every row."""
        table: NDArray[np.floating] = np.eye(classes) if self.table is None else self.table
        return table[self.labels]


@dataclass(frozen=True)
class ChosenViews:
    """The views that are used, and what they gain out-of-fold against the image as it is."""

    names: list[str]
    accuracy: float  # gained accuracy, in [-1, 1]
    low: float  # 95 % interval of it
    high: float
    log_loss: float  # gained log loss; above 0 is better

    def facts(self, tried: Sequence[str]) -> dict[str, Any]:
        """Flat facts and a sentence, for metrics and the report."""
        return {
            "tta_views": ",".join(self.names) or "none",
            "tta_gain": round(self.accuracy, 6),
            "tta_gain_low": round(self.low, 6),
            "tta_gain_high": round(self.high, 6),
            "tta_gain_log_loss": round(self.log_loss, 6),
            "sentences": [self._sentence(tried)],
        }

    def _sentence(self, tried: Sequence[str]) -> str:
        if not tried:
            return "TTA: no views beside the image as it is."
        kept = ", ".join(self.names) if self.names else "none"
        return (
            f"TTA: tried {', '.join(tried)}; kept {kept}; gain out-of-fold {self.accuracy:+.4f} accuracy "
            f"(95 % {self.low:+.4f} to {self.high:+.4f}), {self.log_loss:+.4f} log loss."
        )


def choose(tried: Sequence[str], keep: str, predict: Predict, judged: OutOfFold) -> ChosenViews:
    """keep `always`: all of `tried`. `auto`: one after another, those that lower log loss, not accuracy.

    The gain is what the same choice brings to each fold when the other folds make it (with one fold
    alone, that fold makes it itself); its interval is a paired bootstrap over groups.
    """
    plain, rows_of, folds = predict([]), judged.rows_of, judged.folds
    targets = judged.targets(plain.shape[1])
    known: dict[tuple[str, ...], Probs] = {(): plain}

    def probs(names: Sequence[str]) -> Probs:
        key = tuple(names)
        if key not in known:
            known[key] = predict(names)
        return known[key]

    def select(rows: NDArray[np.bool_]) -> list[str]:
        if keep == "always":
            return list(tried)
        names: list[str] = []
        for name in tried:
            before = _score(probs(names)[rows], targets[rows], rows_of)
            after = _score(probs([*names, name])[rows], targets[rows], rows_of)
            if after[0] < before[0] and after[1] >= before[1]:
                names.append(name)
        return names

    honest = plain.copy()
    for fold in np.unique(folds):
        inside = folds == fold
        judges = inside if inside.all() else ~inside
        honest[inside] = probs(select(judges))[inside]
    gains = rows_of.hits(targets, honest) - rows_of.hits(targets, plain)
    low, high = _interval(gains, judged.groups)
    log_loss = float(rows_of.losses(targets, plain).mean() - rows_of.losses(targets, honest).mean())
    return ChosenViews(select(np.ones(len(folds), bool)), float(gains.mean()), low, high, log_loss)


def _score(probs: Probs, targets: NDArray[Any], rows_of: ByRow) -> tuple[float, float]:
    return float(rows_of.losses(targets, probs).mean()), float(rows_of.hits(targets, probs).mean())


def _interval(gains: NDArray[np.float64], groups: NDArray[Any]) -> tuple[float, float]:
    """95 % percentile interval of the mean gain, whole groups drawn with replacement."""
    _, home = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(home, gains), np.bincount(home).astype(float)
    generator = np.random.default_rng(derive(0, "tta"))
    rows = max(1, CHUNK // len(sums))
    means: list[NDArray[np.float64]] = []
    for start in range(0, REPLICATES, rows):
        drawn = generator.integers(0, len(sums), (min(rows, REPLICATES - start), len(sums)))
        means.append(sums[drawn].sum(1) / sizes[drawn].sum(1))
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def used(names: Sequence[str]) -> list[str]:
    """The names whose views are merged: the image as it is always among them."""
    return [IDENTITY.name, *names]
