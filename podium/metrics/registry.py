"""Metrics of one class an image, and the choice of a metric by its name.

Labels are int (n,), probs (n, k). A decision is the class of the highest probability; the lowest class wins
a tie.
"""

import numpy as np

from podium.contracts.competition import Competition
from podium.foundation.errors import UserError
from podium.metrics.metric import (
    SMALLEST_PROB,
    Floats,
    Labels,
    Metric,
    auc,
    by_class,
    f1,
    mean_over,
    share,
)
from podium.metrics.names import MAP_NAME, canonical
from podium.metrics.numbers import NUMBERS
from podium.metrics.one_sided import LOOKED_FOR, ONE_SIDED, one_sided
from podium.metrics.sets import SETS

BLOCK = 1 << 22  # cells compared at a time
MAP_CUTOFF = 5  # of `map_at_k` without a number: Kaggle's most frequent


def of(found: Competition) -> Metric:
    """The competition's metric, judging its answers. Raises UserError where it does not suit the task."""
    return suited(found.metric, found)


def suited(name: str, found: Competition) -> Metric:
    """The metric of that name as it judges the competition's task, its own with what columns count.

    Raises UserError where it does not judge the task.
    """
    metric = _plain(name, found)
    if metric.name != canonical(found.metric):
        return metric
    if found.unknown:
        metric = metric.placing(found.classes.index(found.unknown))
    return metric.counting(found.weights)


def _plain(name: str, found: Competition) -> Metric:
    family = found.kind.truth
    known = canonical(name)
    if family == "labels" and known in ONE_SIDED:
        return one_sided(known, found.column_classes[0] if found.form == "binary" else LOOKED_FOR)
    if family == "labels" and (known in METRICS or MAP_NAME.fullmatch(known)):
        return get(name)
    if family != "labels" and known in FAMILIES[family]:
        return FAMILIES[family][known].on(found.table)
    raise UserError(
        f"competition.metric: {known} does not judge the task {found.task}, which "
        f"{', '.join(FAMILIES[family])} do."
    )


def beside(found: Competition) -> list[Metric]:
    """The metrics that are shown whatever the competition's own; all columns count alike."""
    return [_plain(metric.name, found) for metric in BESIDE[found.kind.truth]]


def get(name: str) -> Metric:
    """The metric of that name or alias, of classes first. Raises UserError with the nearest name."""
    known = canonical(name)
    cutoff = MAP_NAME.fullmatch(known)
    if cutoff or known == "map_at_k":
        return _map(known, int(cutoff[1]) if cutoff else MAP_CUTOFF)
    return next(family[known] for family in FAMILIES.values() if known in family)


def _accuracy(labels: Labels, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    hits = (probs.argmax(1) == labels).astype(np.float64)
    return share(hits, by_class(weights, labels, columns))


def _counts(labels: Labels, probs: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """(b, k) each: right decisions, images and decisions of every class."""
    k = probs.shape[1]
    truth, choice = np.eye(k)[labels], np.eye(k)[probs.argmax(1)]
    return weights @ (truth * choice), weights @ truth, weights @ choice


def _balanced_accuracy(
    labels: Labels, probs: Floats, weights: Floats, columns: Floats | None = None
) -> Floats:
    right, images, _ = _counts(labels, probs, weights)
    return mean_over(right / np.where(images > 0, images, 1), images > 0, columns)


def _f1_macro(labels: Labels, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    right, images, decisions = _counts(labels, probs, weights)
    return mean_over(f1(right, images, decisions), images + decisions > 0, columns)


def _f1_weighted(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    right, images, decisions = _counts(labels, probs, weights)
    return np.asarray((f1(right, images, decisions) * images).sum(1) / images.sum(1))


def _log_loss(labels: Labels, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    given = probs[np.arange(len(labels)), labels] / np.maximum(probs.sum(1), SMALLEST_PROB)
    return share(-np.log(np.clip(given, SMALLEST_PROB, 1)), by_class(weights, labels, columns))


def _roc_auc(labels: Labels, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """One class against the rest, the mean over classes that have both; ties count half."""
    areas = np.stack([auc(labels == c, probs[:, c], weights) for c in range(probs.shape[1])], axis=1)
    return mean_over(np.nan_to_num(areas), np.isfinite(areas), columns)


def _quadratic_kappa(labels: Labels, probs: Floats, weights: Floats) -> Floats:
    """1 - observed / expected squared distance of class indices; 1 where nothing varies."""
    _, images, decisions = _counts(labels, probs, weights)
    classes = np.arange(probs.shape[1])
    distance = (classes[:, None] - classes[None, :]) ** 2.0
    expected = ((images @ distance) * decisions).sum(1) / weights.sum(1)
    observed = weights @ (labels - probs.argmax(1)) ** 2.0
    return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1), 1.0)


def _ranks(labels: Labels, probs: Floats) -> Floats:
    """(n,) how many classes come before the right one, the lowest of equal ones first; rows in blocks."""
    found = np.empty(len(labels))
    size, classes = max(1, BLOCK // max(probs.shape[1], 1)), np.arange(probs.shape[1])
    for start in range(0, len(labels), size):
        some, right = probs[start : start + size], labels[start : start + size, None]
        own = np.take_along_axis(some, right, 1)
        found[start : start + size] = ((some > own) | ((some == own) & (classes < right))).sum(1)
    return found


def _map(name: str, cutoff: int) -> Metric:
    def weighted(labels: Labels, probs: Floats, weights: Floats) -> Floats:
        ranks = _ranks(labels, probs)
        return share(np.where(ranks < cutoff, 1 / (1 + ranks), 0.0), weights)

    return Metric(name, weighted, wants="ranks")


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", _accuracy, weighable=True),
        Metric("balanced_accuracy", _balanced_accuracy, suits=("priors",), weighable=True),
        Metric("f1_macro", _f1_macro, suits=("priors",), weighable=True),
        Metric("f1_micro", _accuracy),  # one decision an image: both count the right ones
        Metric("f1_weighted", _f1_weighted, suits=("priors",)),
        Metric(
            "log_loss",
            _log_loss,
            greater_is_better=False,
            wants="probs",
            suits=("temperature",),
            weighable=True,
        ),
        Metric("roc_auc", _roc_auc, wants="ranks", weighable=True),
        Metric("quadratic_kappa", _quadratic_kappa, suits=("grades", "priors")),
        *map(one_sided, ONE_SIDED),
        _map("map_at_k", MAP_CUTOFF),
    )
}
FAMILIES = {"labels": METRICS, "sets": SETS, "numbers": NUMBERS}
BESIDE = {  # shown whatever the competition's metric
    "labels": (METRICS["accuracy"], METRICS["log_loss"]),
    "sets": (SETS["roc_auc"], SETS["log_loss"]),
    "numbers": (NUMBERS["rmse"], NUMBERS["r2"]),
}
