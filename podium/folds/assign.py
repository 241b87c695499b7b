"""Groups dealt to folds: groups whole, each class spread evenly, a function of the seed and names alone."""

import heapq

import numpy as np
from numpy.typing import NDArray

from podium.foundation.run import derive

Labels = NDArray[np.int64]  # (n,) class of each image
Codes = NDArray[np.int64]  # (n,) group of each image, 0 … groups - 1
Folds = NDArray[np.int8]  # (n,)


def assign(ids: list[str], labels: Labels, groups: list[str], k: int, seed: int) -> Folds:
    """The fold in [0, k) of each image.

    Groups of two and more come first, the largest first: each goes where its classes are scarcest
    (ties: the smallest fold, then the lowest). Single images then fill each class up to even, so that
    class counts differ by at most one between folds wherever the groups left room. Ties in the order are
    broken by a hash of seed and name, so that the order of the rows does not matter.
    """
    names, codes = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(codes, minlength=len(names))
    counts = np.zeros((k, int(labels.max(initial=0)) + 1), np.int64)
    folds = np.full(len(ids), -1, np.int8)
    _deal_groups(folds, counts, labels, codes, _largest_first(names, sizes, seed))
    single = np.flatnonzero(sizes[codes] == 1)
    ranks = np.array([derive(seed, "fold", ids[row]) for row in single], dtype=np.int64)
    _deal_singles(folds, counts, labels, single[np.lexsort((ranks, labels[single]))])
    return folds


def _largest_first(names: NDArray[np.str_], sizes: NDArray[np.int64], seed: int) -> list[int]:
    several = np.flatnonzero(sizes > 1)
    return sorted(several.tolist(), key=lambda code: (-sizes[code], derive(seed, "fold", names[code])))


def _deal_groups(
    folds: Folds, counts: NDArray[np.int64], labels: Labels, codes: Codes, order: list[int]
) -> None:
    """Gives each group of `order` a fold; fills `folds` and `counts` (k, classes)."""
    totals = np.maximum(np.bincount(labels, minlength=counts.shape[1]), 1).astype(np.float64)
    by_code = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[by_code], np.arange(codes.max(initial=0) + 2))
    for code in order:
        rows = by_code[starts[code] : starts[code + 1]]
        held = np.bincount(labels[rows], minlength=counts.shape[1])
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
