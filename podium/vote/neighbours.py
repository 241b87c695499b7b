"""Many small classes: the training images most alike, or the nearest class means, as a member of the vote.

A linear classifier has few images to learn a class from; what lies near a single one needs none (matching
and prototypical networks: Vinyals et al. 2016, Snell et al. 2017). The vectors are the fixed network's. The
better of the two joins the vote where the metric gains more by it than the difference's standard error.
"""

from dataclasses import replace

import numpy as np

from podium.experiments.runs import Pool
from podium.metrics.metric import Metric
from podium.vote.ensemble import parts
from podium.vote.judges import WAYS, Alike, alike, from_centre, judge
from podium.vote.paying import TriedMember, tried
from podium.vote.voter import Features

NAME = "neighbours"
MANY, SMALL = (
    20,
    30,
)  # at least so many classes, of so many images at most (median): else a probe does as well
MOST_CELLS = 50_000_000  # rows x classes, test included: 400 MB of predictions


def joined(pool: Pool, wanted: str, metric: Metric, seed: int) -> tuple[Pool, list[str], Alike | None]:
    """(the pool, with the neighbours' member where it pays; sentences; who judges then).

    wanted: auto, or none.
    """
    n, k = pool.oof.shape[1:]
    if wanted == "none" or pool.look is None or pool.kind.link != "softmax" or not _small(pool, k):
        return pool, [], None
    cells = (n + pool.test.shape[1] * len(pool.test_ids)) * k
    if cells > MOST_CELLS:
        told = f"{cells:,} cells of predictions are more than {MOST_CELLS:,}"
        return pool, [f"neighbours: {k:,} small classes, not tried: {told}."], None
    vectors = pool.look([*pool.ids, *pool.test_ids])
    centre = vectors[:n].mean(0)
    made = [_tried(way, pool, vectors, centre, metric, seed) for way in WAYS]
    trials = [trial for trial, _ in made]
    best, judges = max(made, key=lambda one: one[0].gain)
    kept = best.gain > best.error
    told = ", ".join(f"{one.name} {one.gain:+.4f} ± {one.error:.4f}" for one in trials)
    said = [
        f"neighbours: {k:,} small classes; to the members' mean {metric.name} gains by {told}: "
        + (f"{best.name} join the vote." if kept else "not kept.")
    ]
    if not kept:
        return pool, said, None
    oof, test = np.concatenate([pool.oof, best.oof[None]]), np.concatenate([pool.test, best.test[None]])
    return replace(pool, names=[*pool.names, NAME], oof=oof, test=test), said, judges


def _small(pool: Pool, k: int) -> bool:
    """Whether there are many classes, most of them with few images."""
    counts = np.bincount(pool.labels, minlength=k)
    return k >= MANY and float(np.median(counts[counts > 0])) <= SMALL


def _tried(
    way: str, pool: Pool, vectors: Features, centre: Features, metric: Metric, seed: int
) -> tuple[TriedMember, Alike]:
    """What one way gains; an image is judged by those of other folds, test images by each fold's others."""
    n, k = pool.oof.shape[1:]
    known = from_centre(vectors[:n], centre)
    home = parts(pool.home, pool.groups, seed)
    oof = np.empty((n, k))
    for part in np.unique(home):
        rest = home != part
        oof[~rest] = judge(way, known[~rest], known[rest], pool.labels[rest], k)
    folds = [home != part for part in np.unique(home)]
    if len(folds) != pool.test.shape[1]:  # a single fold was parted
        folds = [np.ones(n, bool)]
    judges = alike(way, centre, known, pool.labels, folds, k)
    together = pool.settle((pool.oof.sum(0) + oof) / (len(pool.oof) + 1))
    return tried(way, oof, judges(vectors[n:]), together, pool, metric, seed), judges
