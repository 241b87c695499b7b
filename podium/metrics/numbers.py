"""Metrics of measured numbers: targets and predictions (n, c), the mean over the columns."""

import numpy as np

from podium.metrics.metric import Floats, Metric


def _means(values: Floats, weights: Floats) -> Floats:
    """(b, c) weighted means of values (n, c)."""
    return np.asarray(weights @ values / weights.sum(1, keepdims=True))


def _rmse(targets: Floats, values: Floats, weights: Floats) -> Floats:
    return np.asarray(np.sqrt(_means((values - targets) ** 2, weights)).mean(1))


def _mae(targets: Floats, values: Floats, weights: Floats) -> Floats:
    return np.asarray(_means(np.abs(values - targets), weights).mean(1))


def _r2(targets: Floats, values: Floats, weights: Floats) -> Floats:
    """1 - squared error / variance of each column; where nothing varies, 1 without an error and else 0."""
    middle = targets.mean(0)  # numbers far from 0 keep their digits
    targets, values = targets - middle, values - middle
    error = _means((values - targets) ** 2, weights)
    variance = _means(targets**2, weights) - _means(targets, weights) ** 2
    flat = variance <= 1e-12 * np.maximum(_means(targets**2, weights), 1e-300)
    explained = 1 - error / np.where(flat, 1, variance)
    return np.asarray(np.where(flat, (error == 0).astype(np.float64), explained).mean(1))


NUMBERS = {
    metric.name: metric
    for metric in (
        Metric("rmse", _rmse, greater_is_better=False, wants="probs"),
        Metric("mae", _mae, greater_is_better=False, wants="probs"),
        Metric("r2", _r2, wants="probs"),
    )
}
