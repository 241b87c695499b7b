"""Metrics of measured numbers: targets and predictions (n, c); of columns the mean, or of all cells."""

import numpy as np

from podium.metrics.metric import Floats, Metric


def _means(values: Floats, weights: Floats) -> Floats:
    """(b, c) weighted means of values (n, c)."""
    return np.asarray(weights @ values / weights.sum(1, keepdims=True))


def _rmse(targets: Floats, values: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    return np.average(np.sqrt(_means((values - targets) ** 2, weights)), axis=1, weights=columns)


def _mae(targets: Floats, values: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    return np.average(_means(np.abs(values - targets), weights), axis=1, weights=columns)


def _r2(targets: Floats, values: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """The mean over columns of how much of each is explained."""
    middle = targets.mean(0)  # numbers far from 0 keep their digits
    return np.average(_explained(targets - middle, values - middle, weights), axis=1, weights=columns)


def _global_r2(targets: Floats, values: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """R2 of all cells together, around their one mean, each counting as its column does."""
    counts = np.ones(targets.shape[1]) if columns is None else columns
    middle = np.average(targets.mean(0), weights=counts)
    cells = (weights[:, :, None] * counts).reshape(len(weights), -1)
    flat = [np.reshape(table - middle, (-1, 1)) for table in (targets, values)]
    return np.asarray(_explained(flat[0], flat[1], cells)[:, 0])


def _explained(targets: Floats, values: Floats, weights: Floats) -> Floats:
    """(b, c) 1 - squared error / variance; where nothing varies, 1 without an error and else 0."""
    error = _means((values - targets) ** 2, weights)
    variance = _means(targets**2, weights) - _means(targets, weights) ** 2
    flat = variance <= 1e-12 * np.maximum(_means(targets**2, weights), 1e-300)
    explained = 1 - error / np.where(flat, 1, variance)
    return np.where(flat, (error == 0).astype(np.float64), explained)


NUMBERS = {
    metric.name: metric
    for metric in (
        Metric("rmse", _rmse, greater_is_better=False, wants="probs", weighable=True),
        Metric("mae", _mae, greater_is_better=False, wants="probs", weighable=True),
        Metric("r2", _r2, wants="probs", weighable=True),
        Metric("global_r2", _global_r2, wants="probs", weighable=True),
    )
}
