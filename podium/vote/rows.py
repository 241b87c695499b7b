"""Rows of several images: the images' predictions become their row's, before anybody votes.

How they do is chosen out-of-fold: the mean, unless another way gains more than its paired standard error. The
score is honest: each part's rows are merged as the other parts choose.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from podium.experiments.runs import Pool
from podium.foundation.errors import UserError
from podium.metrics.intervals import gained
from podium.metrics.metric import Metric
from podium.vote.ensemble import parts
from podium.vote.merging import MERGES, NONE, Merging, rows_of
from podium.vote.voter import Features, Probs, arithmetic_mean

OF_NUMBERS = ("mean", "max")
WORDS = {"mean": "mean", "max": "maximum", "noisy_or": "noisy-or"}


def by_row(
    pool: Pool, company: dict[str, str], wanted: str, metric: Metric, seed: int
) -> tuple[Pool, list[str], Merging | None]:
    """(the same members, a row of the submission at a time; sentences; how their images are merged).

    company: image_id -> row; empty leaves the pool as it is. wanted: auto, or a way of MERGES. Raises
    UserError for one that is not for the task.
    """
    if not company:
        return pool, [], None
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
    found = {way: Merging(way, counts)(pool.oof, rows, pool.settle) for way in ways}
    made = replace(made, oof=found[ways[0]])
    home = parts(made.home, made.groups, seed)
    oof = np.empty_like(made.oof)
    for part in np.unique(home):
        inside = home == part
        way, _ = _chosen({way: one[:, ~inside] for way, one in found.items()}, made, ~inside, metric, seed)
        oof[:, inside] = found[way][:, inside]
    way, said = _chosen(found, made, np.ones(len(home), bool), metric, seed)
    merging = Merging(way, counts)
    test = merging(pool.test.astype(np.float64), tested, pool.settle)
    told = f"rows: {len(pool.ids):,} images are {len(rows.names):,} rows, by the {WORDS[way]} of their images"
    return replace(made, oof=oof, test=test), [f"{told}{said}."], merging


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
        home = [(image, name) for name in names for image in images[name]]
        rows = rows_of([image for image, _ in home], dict(home))
        return rows.means(look([image for image, _ in home]))[np.searchsorted(rows.names, names)]

    return means
