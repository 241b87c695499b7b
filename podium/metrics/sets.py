"""Metrics of several labels an image.

Targets are 0 or 1 (n, c), probs (n, c) in [0, 1]. A decision is a probability of a half or more: thresholds
are worked into the probabilities before (podium/vote/calibration.py).
"""

import numpy as np

from podium.metrics.metric import SMALLEST_PROB, Floats, Metric, auc, f1, mean_over, share

DECIDED = 0.5


def _counts(targets: Floats, probs: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """(b, c) each: right decisions, images and decisions of every label."""
    choice = (probs >= DECIDED).astype(np.float64)
    return weights @ (targets * choice), weights @ targets, weights @ choice


def _roc_auc(targets: Floats, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """The mean over labels that some images have and others have not."""
    areas = [auc(targets[:, c] > DECIDED, probs[:, c], weights) for c in range(probs.shape[1])]
    found = np.stack(areas, axis=1)
    return mean_over(np.nan_to_num(found), np.isfinite(found), columns)


def _log_loss(targets: Floats, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """Binary cross-entropy, the mean over labels and images."""
    sure = np.clip(probs, SMALLEST_PROB, 1 - SMALLEST_PROB)
    losses = -(targets * np.log(sure) + (1 - targets) * np.log1p(-sure))
    return share(np.average(losses, axis=1, weights=columns), weights)


def _f1_macro(targets: Floats, probs: Floats, weights: Floats, columns: Floats | None = None) -> Floats:
    """The mean over labels that are given or decided at all."""
    right, images, decisions = _counts(targets, probs, weights)
    return mean_over(f1(right, images, decisions), images + decisions > 0, columns)


def _f1_micro(targets: Floats, probs: Floats, weights: Floats) -> Floats:
    """All labels of all images counted together."""
    right, images, decisions = (counts.sum(1) for counts in _counts(targets, probs, weights))
    return f1(right, images, decisions)


def _f1_samples(targets: Floats, probs: Floats, weights: Floats) -> Floats:
    """The mean over images; one without a label of which none was claimed is wholly right."""
    choice = probs >= DECIDED
    given, chosen = targets.sum(1), choice.sum(1)
    each = np.where(given + chosen > 0, f1((targets * choice).sum(1), given, chosen), 1.0)
    return share(each, weights)


def _f2_samples(targets: Floats, probs: Floats, weights: Floats) -> Floats:
    """The mean over images of F2, which counts a label missed four times as much as one too many."""
    choice = probs >= DECIDED
    given, chosen, right = targets.sum(1), choice.sum(1), (targets * choice).sum(1)
    whole = 4 * given + chosen
    return share(np.where(whole > 0, 5 * right / np.where(whole > 0, whole, 1), 1.0), weights)


def _accuracy(targets: Floats, probs: Floats, weights: Floats) -> Floats:
    """The share of images whose labels are all right."""
    return share(((probs >= DECIDED) == (targets > DECIDED)).all(1).astype(np.float64), weights)


def _average_precision(
    targets: Floats, probs: Floats, weights: Floats, columns: Floats | None = None
) -> Floats:
    """The mean over labels that some image has of the precision at each hit; ties share their precision."""
    found = np.stack([_precision(targets[:, c], probs[:, c], weights) for c in range(probs.shape[1])], axis=1)
    return mean_over(np.nan_to_num(found), np.isfinite(found), columns)


def _precision(positive: Floats, scores: Floats, weights: Floats) -> Floats:
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) < 0])
    hits = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    drawn = np.cumsum(np.add.reduceat(weights[:, order], starts, axis=1), axis=1)
    precision = np.cumsum(hits, axis=1) / np.where(drawn > 0, drawn, 1)
    total = hits.sum(1)
    return np.where(total > 0, (hits * precision).sum(1) / np.where(total > 0, total, 1), np.nan)


SETS = {
    metric.name: metric
    for metric in (
        Metric("roc_auc", _roc_auc, wants="ranks", weighable=True),
        Metric("average_precision", _average_precision, wants="ranks", weighable=True),
        Metric("log_loss", _log_loss, greater_is_better=False, wants="probs", weighable=True),
        Metric("f1_macro", _f1_macro, suits=("thresholds",), weighable=True),
        Metric("f1_micro", _f1_micro, suits=("thresholds",)),
        Metric("f1_samples", _f1_samples, suits=("thresholds",)),
        Metric("f2_samples", _f2_samples, suits=("thresholds",)),
        Metric("accuracy", _accuracy, suits=("thresholds",)),
    )
}
