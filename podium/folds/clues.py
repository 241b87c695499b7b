"""Ways in which images may belong together though nobody said so: the registry behind `split.group`."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import embeddings
from podium.folds import groups, marks
from podium.folds.assign import Labels
from podium.folds.groups import Pattern
from podium.linear.cosines import Units, scale

NUMBER = re.compile(r"^(?P<before>.*?)(?P<number>\d{1,18})(?P<after>\D*)$")
SERIES = 20  # images that share the letters around the number, on average, where it is a running number
BLOCKS, SHORTEST = 10, 4  # stretches of each class's running numbers; images of one, at least
RENUMBERED = 0.1  # of the test images: where more bear a number that training has, each part has its own
# Share of test images that are nearer to training than images of a chain to each other: the first that fits.
CLOSE = (0.25, 0.1, 0.05)
ROWS = 512  # at once
CHAINED = 20_000  # images: of more, chains are looked for only where they are asked for

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Clues:
    """What may tell that images belong together: the labelled ones in rows, test images beside them."""

    ids: list[str]
    labels: Labels
    vectors: Vectors  # (n, d) embeddings
    tests: list[str] = field(default_factory=list)
    test_vectors: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))  # (m, d)
    sizes: Mapping[str, str] = field(default_factory=dict)  # image -> 640x480
    cameras: Mapping[str, str] = field(default_factory=dict)  # image -> as EXIF names it
    days: Mapping[str, str] = field(default_factory=dict)  # image -> 20190731, as EXIF says
    frames: Mapping[str, str] = field(default_factory=dict)  # image -> its frame's widths and colours
    corners: Mapping[str, str] = field(default_factory=dict)  # image -> the hashes of its corners
    asked: str = "column"  # split.group


@dataclass(frozen=True)
class GroupKind:
    """Words for one such group and several, what there must be of them, and the way to find them."""

    word: str
    words: str
    needs: str
    find: Callable[[Clues], Pattern | None]


def gather(
    ids: list[str],
    labels: Labels,
    images: pd.DataFrame,
    origins: pd.DataFrame,
    embedded: tuple[list[str], Vectors],
    asked: str,
) -> Clues:
    """The clues of `ids` from the tables of images (by image_id) and origins, and the embeddings of all."""
    names, vectors = embedded
    place = {image_id: row for row, image_id in enumerate(names)}
    tests = [image_id for image_id in names if image_id.startswith("test/")]
    mine, theirs = ([place[image_id] for image_id in some] for some in (ids, tests))
    pairs = images.loc[[*ids, *tests], ["width", "height"]].itertuples()
    cameras, days, frames, corners = (
        {
            str(image_id): str(told)
            for image_id, told in zip(origins["image_id"], origins[name], strict=True)
            if told
        }
        for name in ("camera", "day", "frame", "corners")
    )
    return Clues(
        ids,
        labels,
        embeddings.taken(vectors, mine),
        tests,
        embeddings.taken(vectors, theirs),
        {image_id: f"{width}x{height}" for image_id, width, height in pairs},
        cameras,
        days,
        frames,
        corners,
        asked,
    )


def _tracks(clues: Clues) -> Pattern | None:
    return groups.from_names(clues.ids, clues.tests)


def _dates(clues: Clues) -> Pattern | None:
    days, tests = ([clues.days.get(name) for name in some] for some in (clues.ids, clues.tests))
    return groups.from_dates(clues.ids, clues.tests) or groups.from_days(clues.ids, days, tests)


def _sizes(clues: Clues) -> Pattern | None:
    sizes, tests = ([clues.sizes.get(name) for name in some] for some in (clues.ids, clues.tests))
    return groups.from_sizes(clues.ids, sizes, tests)


def _cameras(clues: Clues) -> Pattern | None:
    cameras, tests = ([clues.cameras.get(name) for name in some] for some in (clues.ids, clues.tests))
    return groups.from_cameras(clues.ids, cameras, tests)


def _frames(clues: Clues) -> Pattern | None:
    return marks.from_frames(clues.ids, clues.tests, clues.frames)


def _stamps(clues: Clues) -> Pattern | None:
    return marks.from_stamps(clues.ids, clues.tests, clues.corners)


def numbers(clues: Clues) -> Pattern | None:
    """BLOCKS stretches of each class in the order of the running numbers of its file names.

    Blocks are of a class, so that folds which keep them whole hold as many of each class as others do.
    """
    found = [_number(name) for name in clues.ids]
    series = Counter(key[0] for key in found if key)
    if sum(series.values()) < SERIES * max(len(series), 1):
        return None
    keys: list[str | None] = [None] * len(found)
    for label in np.unique(clues.labels).tolist():
        rows = [row for row in np.flatnonzero(clues.labels == label).tolist() if found[row]]
        rows.sort(key=lambda row: (found[row], clues.ids[row]))
        blocks = min(BLOCKS, len(rows) // SHORTEST)
        for place, row in enumerate(rows):
            keys[row] = f"number:{label}/{place * blocks // len(rows)}" if blocks > 1 else clues.ids[row]
    seen = "file names are numbered (as {example!r}); {count} stretches of them"
    made = groups.pattern(clues.ids, keys, seen)
    tests = [key for key in map(_number, clues.tests) if key]
    shared = _interleaved([key for key in found if key], tests) if tests else 0.0
    return made and Pattern(made.tracks, made.count, made.example, made.seen, shared)


def _number(image_id: str) -> tuple[str, int] | None:
    """(the letters around the last number of a file name, that number)."""
    match = NUMBER.match(PurePosixPath(image_id).stem.lower())
    return match and (f"{match['before']}#{match['after']}", int(match["number"]))


def _interleaved(known: list[tuple[str, int]], tests: list[tuple[str, int]]) -> float:
    """Share of the test numbers that stand next to one of training, in one count of both; else 0."""
    ours = set(known)
    if sum(key in ours for key in tests) > RENUMBERED * len(tests):
        return 0.0
    order = sorted([(key, False) for key in known] + [(key, True) for key in tests])
    test = np.array([True, *(one for _, one in order), True])
    beside = ~(test[:-2] & test[2:])
    return float(beside[test[1:-1]].mean())


def chains(clues: Clues) -> Pattern | None:
    """Images linked one to the next, each closer than test images are to their nearest training image.

    Distances are cosines of embeddings standardised by the labelled images. Where test images have such
    relatives too there are few links, and no pattern.
    """
    n, m = len(clues.ids), len(clues.tests)
    if min(n, m) < SERIES or (n > CHAINED and clues.asked != "alike"):
        return None
    mean, spread = scale(clues.vectors)
    known, new = Units(clues.vectors, mean, spread)[:], Units(clues.test_vectors, mean, spread)
    nearest = np.concatenate([(some @ known.T).max(axis=1) for _, some in new.blocks()])
    seen = (
        "embeddings show {count} chains of look-alikes, closer than test images are to any (as {example!r})"
    )
    levels = [float(np.quantile(nearest, 1 - share)) for share in CLOSE]
    ends, cosines = _links(known, min(levels))
    for level in levels:
        if made := groups.pattern(clues.ids, _linked(n, ends[cosines > level]), seen):
            return made
    return None


def _links(known: Vectors, alike: float) -> tuple[NDArray[np.int64], Vectors]:
    """(pairs of rows (m, 2), their cosines (m,)) above `alike`, each pair once."""
    ends, cosines = [], []
    for at in range(0, len(known), ROWS):
        block = known[at : at + ROWS] @ known[at:].T
        near = np.argwhere(block > alike)
        ends.append(near + at)
        cosines.append(block[near[:, 0], near[:, 1]])
    return np.concatenate(ends), np.concatenate(cosines)


def _linked(n: int, ends: NDArray[np.int64]) -> list[str]:
    """The chain of each of n images: whatever these pairs link."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return [f"chain:{part}" for part in connected_components(links, directed=False)[1]]


KINDS = {  # by the value of split.group
    "filename": GroupKind("track", "tracks", "tracks in file names", _tracks),
    "date": GroupKind("date", "dates", "dates in file names or EXIF", _dates),
    "number": GroupKind("stretch", "stretches", "running numbers in file names", numbers),
    "size": GroupKind("size", "sizes", "images of ten sizes or more", _sizes),
    "camera": GroupKind("camera", "cameras", "five cameras or more in EXIF", _cameras),
    "frame": GroupKind("frame", "frames", "five kinds of frames around images, or more", _frames),
    "stamp": GroupKind("stamp", "stamps", "five kinds of stamps in corners, or more", _stamps),
    "alike": GroupKind("chain", "chains", "images closer to each other than test images are to them", chains),
}
