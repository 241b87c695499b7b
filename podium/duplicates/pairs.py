"""Pairs of images whose 64-bit perceptual hashes differ in few bits, without comparing all with all.

The hash is cut into four bands of 16 bits. Two hashes that differ in at most 7 bits differ in at most one
bit of some band (four bands with two each would make eight), so that it is enough to look, for each band,
at the images with the same 16 bits and with one of them flipped: a sorted join each. Of fewer bits some bands
need no flip: with 6, three bands with two each and one with one would make seven (Norouzi et al. 2012).
"""

import numpy as np
from numpy.typing import NDArray

BANDS = 4
BITS = 16
REACH = 7  # bits: the largest distance that the search finds completely
CROWD = 1000  # images of one hash, or pairs an image: beyond it a hash tells nothing apart (blank images)

Pairs = NDArray[np.int64]  # (m, 2), first < second, sorted, unique


def within(hashes: NDArray[np.uint64], reach: int) -> tuple[Pairs, int]:
    """(pairs of rows at most `reach` <= 7 bits apart, number of images left out as a crowd of one hash)."""
    assert 0 <= reach <= REACH
    values, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    crowded = counts > CROWD
    left_out = int(counts[crowded].sum())
    kept = np.flatnonzero(~crowded)
    alike = kept[_value_pairs(values[kept], reach)]
    order = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)])
    pairs = [_same(order, starts, kept[counts[kept] > 1]), *_across(order, starts, alike)]
    return _sorted(np.concatenate(pairs)), left_out


def distance(hashes: NDArray[np.uint64], pairs: Pairs) -> NDArray[np.int64]:
    """Bits in which each pair differs (m,)."""
    return np.asarray(np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]]), dtype=np.int64)


def _value_pairs(values: NDArray[np.uint64], reach: int) -> Pairs:
    """Pairs of different hashes at most `reach` bits apart."""
    found = [np.empty((0, 2), np.int64)]
    for band, flipped in enumerate(_flips(reach)):
        keys = (values >> np.uint64(band * BITS)).astype(np.uint16)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        for flip in [0, *(1 << bit for bit in range(flipped * BITS))]:
            wanted = keys ^ np.uint16(flip)
            low, high = np.searchsorted(ordered, wanted), np.searchsorted(ordered, wanted, "right")
            found.append(_near(values, order, low, high, reach))
    return _sorted(np.concatenate(found))


def _flips(reach: int) -> list[int]:
    """Bits (0 or 1) by which a band may differ, of as many bands as must be looked at."""
    most, rest = divmod(reach, BANDS)
    return [most] * (rest + 1) + [most - 1] * (BANDS - rest - 1) * bool(most)


def _near(
    values: NDArray[np.uint64],
    order: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    reach: int,
    chunk: int = 1 << 22,
) -> Pairs:
    """Pairs (i, order[low[i]:high[i]]) within reach, in chunks of about `chunk` candidates."""
    ends = np.cumsum(high - low)
    parts, start = [np.empty((0, 2), np.int64)], 0
    while start < len(ends):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + chunk, "right")))
        first, second = _spread(low[start:stop], high[start:stop])
        pairs = np.stack([first + start, order[second]], axis=1)
        pairs = pairs[pairs[:, 0] < pairs[:, 1]]
        parts.append(pairs[distance(values, pairs) <= reach])
        start = stop
    return np.concatenate(parts)


def _spread(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every (i, j) with low[i] <= j < high[i], as two flat arrays."""
    counts = high - low
    first = np.repeat(np.arange(len(low)), counts)
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    return first, np.arange(len(first)) - begins + np.repeat(low, counts)


def _same(order: NDArray[np.int64], starts: NDArray[np.int64], chosen: NDArray[np.int64]) -> Pairs:
    """All pairs of rows that share a hash, for the hashes `chosen`."""
    rows = np.concatenate([np.arange(starts[v], starts[v + 1]) for v in chosen] or [np.empty(0, np.int64)])
    ends = np.concatenate([np.full(starts[v + 1] - starts[v], starts[v + 1]) for v in chosen] or [rows])
    first, second = _spread(rows + 1, ends)
    return np.stack([order[rows[first]], order[second]], axis=1)


def _across(order: NDArray[np.int64], starts: NDArray[np.int64], alike: Pairs) -> list[Pairs]:
    """All pairs of rows whose hashes are one of the value pairs `alike`."""
    if not len(alike):
        return []
    first, second = alike[:, 0], alike[:, 1]
    pair, row = _spread(starts[first], starts[first + 1])
    again, other = _spread(starts[second][pair], starts[second + 1][pair])
    return [np.stack([order[row[again]], order[other]], axis=1)]


def _sorted(pairs: Pairs) -> Pairs:
    return np.unique(np.sort(pairs, axis=1), axis=0) if len(pairs) else pairs.reshape(0, 2)
