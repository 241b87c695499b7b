"""Groups dealt to folds: groups whole, each class spread evenly, a function of the seed and names alone."""

import heapq

import numpy as np
from numpy.typing import NDArray

from podium.foundation.run import derive

Labels = NDArray[np.int64]  # (n,) class of each image
Codes = NDArray[np.int64]  # (n,) group of each image, 0 … groups - 1
Folds = NDArray[np.int8]  # (n,)
Strata = NDArray[np.float64]  # (n, s) 0/1


def assign(
    ids: list[str], labels: Labels, groups: list[str], k: int, seed: int, strata: Strata | None = None
) -> Folds:
    """The fold in [0, k) of each image.

    Groups of two and more come first, the largest first: each goes where its classes are scarcest
    (ties: the smallest fold, then the lowest). Single images then fill each class up to even, so that
    class counts differ by at most one between folds wherever the groups left room. Ties in the order are
    broken by a hash of seed and name, so that the order of the rows does not matter.

    strata (n, s) 0/1, left out: what an image is of, where that is more than its one class. Single images are
    then dealt by their rarest stratum first (iterative stratification: Sechidis et al. 2011).
    """
    if strata is not None and (strata.sum(1) == 1).all():
        labels, strata = strata.argmax(1), None
    names, codes = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(codes, minlength=len(names))
    held = _held(labels) if strata is None else strata.astype(np.int64)
    counts = np.zeros((k, held.shape[1]), np.int64)
    folds = np.full(len(ids), -1, np.int8)
    _deal_groups(folds, counts, held, codes, _largest_first(names, sizes, seed))
    single = np.flatnonzero(sizes[codes] == 1)
    ranks = np.array([derive(seed, "fold", ids[row]) for row in single], dtype=np.int64)
    if strata is None:
        _deal_singles(folds, counts, labels, single[np.lexsort((ranks, labels[single]))])
    else:
        _deal_sets(folds, counts, held, single[np.argsort(ranks, kind="stable")])
    return folds


def _held(labels: Labels) -> NDArray[np.int64]:
    """(n, classes): each image is of its class."""
    return np.eye(int(labels.max(initial=0)) + 1, dtype=np.int64)[labels]


def _largest_first(names: NDArray[np.str_], sizes: NDArray[np.int64], seed: int) -> list[int]:
    several = np.flatnonzero(sizes > 1)
    return sorted(several.tolist(), key=lambda code: (-sizes[code], derive(seed, "fold", names[code])))


def _deal_groups(
    folds: Folds, counts: NDArray[np.int64], strata: NDArray[np.int64], codes: Codes, order: list[int]
) -> None:
    """Gives each group of `order` a fold; fills `folds` and `counts` (k, classes)."""
    totals = np.maximum(strata.sum(0), 1).astype(np.float64)
    by_code = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[by_code], np.arange(codes.max(initial=0) + 2))
    for code in order:
        rows = by_code[starts[code] : starts[code + 1]]
        held = strata[rows].sum(0)
        crowding = counts @ (held / totals**2)  # half the growth of the squared class shares
        fold = int(np.lexsort((counts.sum(1), np.round(crowding, 12)))[0])
        folds[rows] = fold
        counts[fold] += held


def _deal_singles(folds: Folds, counts: NDArray[np.int64], labels: Labels, order: NDArray[np.int64]) -> None:
    """Gives each single image, class by class, to the fold with fewest of its class, then fewest in all."""
    heap: list[tuple[int, int, int]] = []
    current = -1
    for row in order.tolist():
        label = int(labels[row])
        if label != current:
            totals = counts.sum(1)
            heap = [(int(counts[fold, label]), int(totals[fold]), fold) for fold in range(len(counts))]
            heapq.heapify(heap)
            current = label
        held, total, fold = heapq.heappop(heap)
        folds[row] = fold
        counts[fold, label] += 1
        heapq.heappush(heap, (held + 1, total + 1, fold))


def _deal_sets(
    folds: Folds, counts: NDArray[np.int64], strata: NDArray[np.int64], order: NDArray[np.int64]
) -> None:
    """Deals single images, those of the stratum with fewest left first, each to the fold that lacks it most.

    Ties: the fold with fewest images, then the lowest; between strata the lowest.
    """
    left = order.copy()
    images = np.bincount(folds[folds >= 0], minlength=len(counts))
    while len(left):
        remaining = strata[left].sum(0)
        rarest = int(np.where(remaining > 0, remaining, len(folds) + 1).argmin())
        chosen = strata[left, rarest] > 0
        for row in left[chosen]:
            fold = int(np.lexsort((np.arange(len(counts)), images, counts[:, rarest]))[0])
            folds[row] = fold
            counts[fold] += strata[row]
            images[fold] += 1
        left = left[~chosen]
