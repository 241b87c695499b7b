"""Many small classes: the training images most alike, or the nearest class means, as a member of the vote.

A linear classifier has few images to learn a class from; what lies near a single one needs none (matching
and prototypical networks: Vinyals et al. 2016, Snell et al. 2017). The vectors are the fixed network's. The
better of the two joins the vote where the metric gains more by it than the difference's standard error.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from podium.experiments.runs import Pool
from podium.linear.cosines import centred, unit
from podium.metrics.metric import Metric
from podium.vote.ensemble import parts
from podium.vote.paying import Trial, tried
from podium.vote.voter import Features, Probs

NAME = "neighbours"
MANY, SMALL = (
    20,
    30,
)  # at least so many classes, of so many images at most (median): else a probe does as well
MOST_CELLS = 50_000_000  # rows x classes, test included: 400 MB of predictions
COUNT = 20  # images most alike that vote
WARMTH = 0.1  # of centred cosines: a vote falls to a third for each 0.1
PRIOR = 1e-3  # share of a prediction that all classes have alike
CELLS = 1 << 24  # similarities held at a time: 64 MB

Labels = NDArray[np.int64]
Judge = Callable[[Features, Features, Labels, int], Probs]  # asked (q, d), known (n, d), labels, k -> (q, k)


def joined(pool: Pool, wanted: str, hidden: bool, metric: Metric, seed: int) -> tuple[Pool, list[str]]:
    """(the pool, with the neighbours' member where it pays; sentences).

    wanted: auto, or none. hidden: the test images are shown to notebooks alone, which have no such member.
    """
    n, k = pool.oof.shape[1:]
    if wanted == "none" or hidden or pool.look is None or pool.kind.link != "softmax" or not _small(pool, k):
        return pool, []
    cells = (n + pool.test.shape[1] * len(pool.test_ids)) * k
    if cells > MOST_CELLS:
        return pool, [
            f"neighbours: {k:,} small classes, not tried: {cells:,} cells of predictions are more than "
            f"{MOST_CELLS:,}."
        ]
    vectors = centred(pool.look([*pool.ids, *pool.test_ids]), n)
    trials = [_tried(name, pool, vectors, metric, seed) for name in JUDGES]
    best = max(trials, key=lambda trial: trial.gain)
    kept = best.gain > best.error
    told = ", ".join(f"{one.name} {one.gain:+.4f} ± {one.error:.4f}" for one in trials)
    said = [
        f"neighbours: {k:,} small classes; to the members' mean {metric.name} gains by {told}: "
        + (f"{best.name} join the vote." if kept else "not kept.")
    ]
    if not kept:
        return pool, said
    oof, test = np.concatenate([pool.oof, best.oof[None]]), np.concatenate([pool.test, best.test[None]])
    return replace(pool, names=[*pool.names, NAME], oof=oof, test=test), said


def _small(pool: Pool, k: int) -> bool:
    """Whether there are many classes, most of them with few images."""
    counts = np.bincount(pool.labels, minlength=k)
    return k >= MANY and float(np.median(counts[counts > 0])) <= SMALL


def _tried(name: str, pool: Pool, vectors: Features, metric: Metric, seed: int) -> Trial:
    """What one way gains; an image is judged by those of other folds, test images by each fold's others."""
    n, k = pool.oof.shape[1:]
    judge, known, asked = JUDGES[name], vectors[:n], vectors[n:]
    home = parts(pool.home, pool.groups, seed)
    oof = np.empty((n, k))
    for part in np.unique(home):
        rest = home != part
        oof[~rest] = judge(known[~rest], known[rest], pool.labels[rest], k)
    folds = [home != part for part in np.unique(home)]
    if len(folds) != pool.test.shape[1]:  # a single fold was parted
        folds = [np.ones(n, bool)]
    test = np.stack([judge(asked, known[rest], pool.labels[rest], k) for rest in folds])
    together = pool.settle((pool.oof.sum(0) + oof) / (len(pool.oof) + 1))
    return tried(name, oof, test, together, pool, metric, seed)


def _alike(asked: Features, known: Features, labels: Labels, k: int) -> Probs:
    """The COUNT images most alike vote, the nearer the more; of equal ones the first."""
    count = min(COUNT, len(known))
    votes = np.zeros((len(asked), k))
    for rows in _blocks(len(asked), len(known)):
        cosines = np.round(asked[rows] @ known.T, 5)
        near = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        weights = np.exp((np.take_along_axis(cosines, near, 1) - 1) / WARMTH)
        for column in range(count):
            votes[rows, labels[near[:, column]]] += weights[:, column]
    return _shares(votes)


def _means(asked: Features, known: Features, labels: Labels, k: int) -> Probs:
    """Classes by how near their mean is; one without an image has the prior alone."""
    counts = np.bincount(labels, minlength=k)
    means = np.zeros((k, known.shape[1]), np.float32)
    np.add.at(means, labels, known)
    return _shares(np.exp((asked @ unit(means).T - 1).astype(np.float64) / WARMTH) * (counts > 0))


def _shares(votes: Probs) -> Probs:
    sums = np.maximum(votes.sum(1, keepdims=True), 1e-300)
    return np.asarray((1 - PRIOR) * votes / sums + PRIOR / votes.shape[1])


def _blocks(asked: int, known: int) -> list[NDArray[np.int64]]:
    size = max(1, CELLS // max(known, 1))
    return [np.arange(start, min(start + size, asked)) for start in range(0, asked, size)]


JUDGES: dict[str, Judge] = {"the images most alike": _alike, "class means": _means}
