"""Which labels are probably wrong where an image has several, or a number."""

import numpy as np
from numpy.typing import NDArray

from podium.labels import noise
from podium.labels.noise import Labels, Noise
from podium.linear import probe
from podium.metrics.sets import SETS
from podium.tasks.task import Task

OUTLYING = 5.0  # robust spreads from what other folds say: beyond it a number is suspect
SURE = 0.5  # a suspect among several labels is rather wrong than right: of many some always look odd
TOLD = 0.85  # ROC AUC below which vectors do not tell a label: what they miss would pass for errors
USUAL = 3.0  # within it its quality is 1
ROBUST = 1.4826  # median absolute deviations a standard deviation, of a normal distribution


def find(
    vectors: probe.Vectors, labels: Labels, folds: NDArray[np.int8], table: NDArray[np.float32], task: Task
) -> Noise:
    """Suspects among labels (n,), which number the rows of table (a, c)."""
    finders = {"sets": _of_sets, "numbers": _of_numbers}
    if task.truth not in finders:
        return noise.find(vectors, labels, folds, table.shape[1])
    return finders[task.truth](vectors, labels, folds, table)


def _of_sets(
    vectors: probe.Vectors, labels: Labels, folds: NDArray[np.int8], table: NDArray[np.float32]
) -> Noise:
    """Each label by itself, as a question of two classes; an image is as good as its worst label.

    Of a label that the vectors cannot tell nothing is said: on film posters and their genres (ROC AUC 0.5 to
    0.8) 463 of 572 images were suspect without that rule.
    """
    targets = table[labels]
    suspect, quality = np.zeros(len(labels), bool), np.ones(len(labels))
    flipped = targets > 0
    probs = np.zeros(targets.shape)
    for column, given in enumerate(targets.T.astype(np.int64)):
        if not 0 < given.sum() < len(given):
            probs[:, column] = given
            continue
        probs[:, column] = probe.out_of_fold(vectors, given, folds, 2)[:, 1]
        if SETS["roc_auc"].function(given[:, None], probs[:, [column]]) < TOLD:
            continue
        found = noise.find(vectors, given, folds, 2)
        doubted = found.suspect & (found.quality < SURE)
        suspect |= doubted
        quality = np.minimum(quality, found.quality)
        flipped[:, column] ^= doubted
    return Noise(suspect, quality, _nearest(flipped, table, labels), 1 - quality, probs)


def _nearest(wanted: NDArray[np.bool_], table: NDArray[np.float32], labels: Labels) -> Labels:
    """The answer that is exactly what was wanted; the given one where no image has such a set."""
    place = {row.tobytes(): number for number, row in enumerate(table > 0)}
    found = [place.get(row.tobytes(), own) for row, own in zip(wanted, labels.tolist(), strict=True)]
    return np.array(found, np.int64)


def _of_numbers(
    vectors: probe.Vectors, labels: Labels, folds: NDArray[np.int8], table: NDArray[np.float32]
) -> Noise:
    """Numbers far from what a linear model of the other folds says, in robust spreads of its errors."""
    targets = table[labels]
    oof = probe.fit(vectors, targets, folds, link="identity").oof
    errors = np.abs(oof - targets)
    spread = np.maximum(np.median(errors, axis=0) * ROBUST, 1e-12)
    far = (errors / spread).max(1)
    quality = np.exp(-np.maximum(far - USUAL, 0) / USUAL)
    return Noise(far > OUTLYING, quality, labels, 1 - quality, oof)
