"""Turning a vote's probabilities so that the metric gains: a temperature, a factor a class, or cut points.

The first two have one form: p' ~ p ** (1 / temperature) * priors. Cut points are a threshold a label, the
bounds of grades, or the threshold of the class of the unknown (podium/vote/cutting.py). All are fitted on
out-of-fold votes, scored on parts that they were not fitted on, and kept only where that gains more than its
standard error.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from podium.foundation.errors import UserError
from podium.metrics.intervals import gained
from podium.metrics.metric import Calibrations, Metric
from podium.metrics.registry import get
from podium.tasks.links import normalised, softmax
from podium.vote import cutting
from podium.vote.voter import SMALLEST, Probs

CalibrationKind = Calibrations
ABLE: dict[
    str, tuple[CalibrationKind, ...]
] = {  # by whether the metric judges classes, or targets of a table
    "classes": ("none", "temperature", "priors", "grades", "unknown"),
    "targets": ("none", "thresholds"),
}

HOTTEST = 20.0  # temperatures lie in [1/20, 20]
FACTORS = np.exp(np.linspace(-1.2, 1.2, 13))  # tried for each class: 0.30 to 3.3, 1 among them
PASSES = 2  # over the classes: a third one changed no decision on random tables


@dataclass(frozen=True)
class Calibration:
    """p ** (1 / temperature) * priors (k,), normalised; or, with `turn`, what that makes of p and cuts."""

    temperature: float
    priors: Probs
    cuts: Probs | None = None
    turn: Callable[[Probs, Probs], Probs] | None = None

    def __call__(self, probs: Probs) -> Probs:
        """(n, k) -> (n, k)."""
        if self.turn is not None and self.cuts is not None:
            return self.turn(probs, self.cuts)
        return normalised(np.maximum(probs, SMALLEST) ** (1 / self.temperature) * self.priors)


@dataclass(frozen=True)
class CalibrationTrial:
    """What a calibration gains in nested cross-validation, and whether that was enough to keep it."""

    kind: CalibrationKind
    kept: bool
    calibration: Calibration
    oof: Probs  # (n, k) as it is published: calibrated by the other parts where kept
    gain: float  # more is better, whatever the metric
    error: float


def suited(metric: Metric) -> tuple[CalibrationKind, ...]:
    """What `auto` tries for a metric."""
    return metric.suits or ("none",)


def fit(kind: CalibrationKind, probs: Probs, labels: np.ndarray, metric: Metric) -> Calibration:
    """The calibration of that kind that suits probs (n, k) and their labels best."""
    ones = np.ones(probs.shape[1])
    if kind == "thresholds":
        return Calibration(1.0, ones, cutting.thresholds(probs, labels, metric), cutting.warp)
    if kind == "grades":
        return Calibration(1.0, ones, cutting.grades(probs, labels, metric), cutting.regrade)
    if kind == "unknown":
        return Calibration(1.0, ones, cutting.place(probs, labels, metric), cutting.placed)
    if metric.table is not None:
        return Calibration(1.0, ones, ones, _unchanged)
    return Calibration(
        _temperature(probs, labels, metric) if kind == "temperature" else 1.0,
        _priors(probs, labels, metric) if kind == "priors" else np.ones(probs.shape[1]),
    )


def attempt(
    wanted: str,
    probs: Probs,
    labels: np.ndarray,
    home: np.ndarray,
    groups: np.ndarray,
    metric: Metric,
    seed: int,
) -> CalibrationTrial:
    """Fits on all but one part and applies there, part by part; `auto` keeps what gains over one error.

    Of several kinds it takes that which gains most; ties: the metric's first. A kind that params name is kept
    in any case. home (n,) numbers the parts, groups (n,) the groups. Raises UserError for a kind that is not
    for the task.
    """
    if wanted == "auto":
        kinds = suited(metric)
        return max(
            (_tried(kind, False, probs, labels, home, groups, metric, seed) for kind in kinds),
            key=lambda trial: trial.gain,
        )
    able = ABLE["classes" if metric.table is None else "targets"]
    if wanted not in able:
        raise UserError(
            f"params.yaml: ensemble.calibrate: {wanted} is not for the metric {metric.name} of this task: "
            f"choose auto, {' or '.join(able)}."
        )
    if wanted == "unknown" and metric.unknown is None:
        raise UserError(
            "params.yaml: ensemble.calibrate: unknown places a class that stands for what is none of the "
            "others, and none does: name it in competition.unknown."
        )
    return _tried(wanted, True, probs, labels, home, groups, metric, seed)


def _tried(
    kind: CalibrationKind,
    always: bool,
    probs: Probs,
    labels: np.ndarray,
    home: np.ndarray,
    groups: np.ndarray,
    metric: Metric,
    seed: int,
) -> CalibrationTrial:
    if kind == "none":
        return CalibrationTrial(kind, False, fit(kind, probs, labels, metric), probs, 0.0, 0.0)
    turned = np.empty_like(probs)
    for part in np.unique(home):
        inside = home == part
        turned[inside] = fit(kind, probs[~inside], labels[~inside], metric)(probs[inside])
    gain, error = gained(metric, labels, turned, probs, groups, seed)
    kept = always or gain > error
    calibration = fit(kind if kept else "none", probs, labels, metric)
    return CalibrationTrial(kind, kept, calibration, turned if kept else probs, gain, error)


def _unchanged(probs: Probs, _cuts: Probs) -> Probs:
    return probs


def _temperature(probs: Probs, labels: np.ndarray, metric: Metric) -> float:
    """The temperature of least log loss (Guo et al. 2017), the metric's own where it is one; 1 where no error
    was seen: then the least has no end and nothing says how sure is too sure."""
    if (probs.argmax(1) == labels).all():
        return 1.0
    from scipy.optimize import minimize_scalar

    logs = np.log(np.maximum(probs, SMALLEST))
    loss = (metric if metric.name == "log_loss" else get("log_loss")).function

    def at(log_temperature: float) -> float:
        scaled = logs * np.exp(-log_temperature)
        return loss(labels, np.asarray(softmax(scaled), np.float64))

    most = np.log(HOTTEST)
    found = minimize_scalar(at, bounds=(-most, most), method="bounded", options={"xatol": 1e-3})
    return float(np.exp(found.x)) if found.fun < at(0.0) else 1.0


def _priors(probs: Probs, labels: np.ndarray, metric: Metric) -> Probs:
    """(k,) factors found class by class: the best of FACTORS, the one nearest to 1 among equals."""
    nearest_first = FACTORS[np.argsort(np.abs(np.log(FACTORS)), kind="stable")]
    priors = np.ones(probs.shape[1])
    for _ in range(PASSES):
        for c in range(len(priors)):
            worth = []
            for factor in nearest_first:
                priors_c = priors.copy()
                priors_c[c] = factor
                worth.append(metric.goodness(metric.function(labels, probs * priors_c)))
            priors[c] = nearest_first[int(np.argmax(worth))]
    return priors
