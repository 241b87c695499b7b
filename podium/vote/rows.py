"""Rows of several images: the images' predictions become their row's, before anybody votes.

How they do is chosen out-of-fold: the mean, unless another way gains more than its paired standard error. The
score is honest: each part's rows are merged as the other parts choose.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from podium.experiments.runs import Pool
from podium.foundation.errors import UserError
from podium.metrics.intervals import gained
from podium.metrics.metric import Metric
from podium.vote.ensemble import parts
from podium.vote.voter import Features, Probs, arithmetic_mean

Ints = NDArray[np.int64]
SURE = 1 - 1e-7  # a probability above it is float32's rounding


@dataclass(frozen=True)
class Rows:
    """Images in the order of their rows: `order` sorts them, `starts` (r,) is where each row begins."""

    names: list[str]  # each row's first image, ascending
    order: Ints
    starts: Ints

    @property
    def counts(self) -> Ints:
        """(r,) images."""
        return np.diff(np.append(self.starts, len(self.order)))


Merge = Callable[[Probs, Rows, Ints], Probs]  # (..., n, c) in the rows' order -> (..., r, c)


def _mean(probs: Probs, rows: Rows, _counts: Ints) -> Probs:
    return np.asarray(np.add.reduceat(probs, rows.starts, axis=-2) / rows.counts[:, None])


def _max(probs: Probs, rows: Rows, counts: Ints) -> Probs:
    return _of_the_rarer(np.maximum.reduceat(probs, rows.starts, axis=-2), counts)


def _noisy_or(probs: Probs, rows: Rows, counts: Ints) -> Probs:
    """1 less the chance that no image shows it (Pearl 1988)."""
    none = np.add.reduceat(np.log1p(-np.minimum(probs, SURE)), rows.starts, axis=-2)
    return _of_the_rarer(-np.expm1(none), counts)


def _of_the_rarer(probs: Probs, counts: Ints) -> Probs:
    """Of two classes the rarer is what some image may show; the other is that none does."""
    if probs.shape[-1] != 2 or not len(counts):
        return probs
    rarer = 0 if counts[0] < counts[1] else 1
    made = np.empty_like(probs)
    made[..., rarer], made[..., 1 - rarer] = probs[..., rarer], 1 - probs[..., rarer]
    return made


MERGES: dict[str, Merge] = {"mean": _mean, "max": _max, "noisy_or": _noisy_or}
OF_NUMBERS = ("mean", "max")
WORDS = {"mean": "mean", "max": "maximum", "noisy_or": "noisy-or"}
NONE: Ints = np.zeros(0, np.int64)


def rows_of(ids: list[str], company: dict[str, str]) -> Rows:
    """The rows of these images; company: image_id -> row, where it has one with others."""
    names, place = np.unique([company.get(name, name) for name in ids], return_inverse=True)
    order = np.argsort(place, kind="stable")
    return Rows(names.tolist(), order, np.searchsorted(place[order], np.arange(len(names))))


def merged(name: str, pool: Pool, probs: Probs, rows: Rows, counts: Ints) -> Probs:
    """(..., n, c) of images as (..., r, c) of rows, by the way named; counts (k,) rows of each class."""
    return pool.settle(MERGES[name](probs[..., rows.order, :], rows, counts))


def by_row(
    pool: Pool, company: dict[str, str], wanted: str, metric: Metric, seed: int
) -> tuple[Pool, list[str]]:
    """(the same members, a row of the submission at a time; sentences).

    company: image_id -> row; empty leaves the pool as it is. wanted: auto, or a way of MERGES. Raises
    UserError for one that is not for the task.
    """
    if not company:
        return pool, []
    rows, tested = rows_of(pool.ids, company), rows_of(pool.test_ids, company)
    first = rows.order[rows.starts]
    made = replace(
        pool,
        labels=pool.labels[first],
        home=pool.home[first],
        groups=pool.groups[first],
        ids=rows.names,
        test_ids=tested.names,
        look=_look(pool, company),
        unit="rows",
    )
    ways = _ways(wanted, pool)
    classes = pool.kind.link == "softmax"
    counts = np.bincount(made.labels, minlength=pool.oof.shape[2]) if classes else NONE
    found = {way: merged(way, pool, pool.oof, rows, counts) for way in ways}
    made = replace(made, oof=found[ways[0]])
    home = parts(made.home, made.groups, seed)
    oof = np.empty_like(made.oof)
    for part in np.unique(home):
        inside = home == part
        way, _ = _chosen({way: one[:, ~inside] for way, one in found.items()}, made, ~inside, metric, seed)
        oof[:, inside] = found[way][:, inside]
    way, said = _chosen(found, made, np.ones(len(home), bool), metric, seed)
    test = merged(way, pool, pool.test, tested, counts)
    told = f"rows: {len(pool.ids):,} images are {len(rows.names):,} rows, by the {WORDS[way]} of their images"
    return replace(made, oof=oof, test=test), [f"{told}{said}."]


def _ways(wanted: str, pool: Pool) -> tuple[str, ...]:
    able = OF_NUMBERS if pool.kind.link == "identity" else tuple(MERGES)
    if wanted not in ("auto", *able):
        raise UserError(
            f"params.yaml: ensemble.rows: {wanted} is not for the task {pool.kind.name}: choose auto, "
            f"{' or '.join(able)}."
        )
    return able if wanted == "auto" else (wanted,)


def _chosen(
    found: dict[str, Probs], pool: Pool, inside: NDArray[np.bool_], metric: Metric, seed: int
) -> tuple[str, str]:
    """(the way, what the others gain over the mean): found (m, r, c) of the rows `inside`."""
    if len(found) == 1:
        return next(iter(found)), ""
    labels, groups = pool.labels[inside], pool.groups[inside]
    voted = {way: arithmetic_mean(oof, pool.settle) for way, oof in found.items()}
    best, most, said = "mean", 0.0, []
    for way in (way for way in found if way != "mean"):
        gain, error = gained(metric, labels, voted[way], voted["mean"], groups, seed)
        said.append(f"the {WORDS[way]} gains {gain:+.4f} ± {error:.4f}")
        if gain > max(error, most):
            best, most = way, gain
    return best, f" ({metric.name}: {', '.join(said)})"


def _look(pool: Pool, company: dict[str, str]) -> Callable[[list[str]], Features] | None:
    """The mean of the features of each row's images."""
    if pool.look is None:
        return None
    look = pool.look
    images: dict[str, list[str]] = {}
    for name in [*pool.ids, *pool.test_ids]:
        images.setdefault(company.get(name, name), []).append(name)

    def means(names: list[str]) -> Features:
        vectors = look([image for name in names for image in images[name]])
        starts = np.cumsum([0, *(len(images[name]) for name in names)])[:-1]
        sizes = np.array([len(images[name]) for name in names])
        return np.asarray(np.add.reduceat(vectors, starts, axis=0) / sizes[:, None], np.float32)

    return means
