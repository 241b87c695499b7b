"""Which images belong together: duplicates, a column of the user's, and what nobody named.

What nobody named is found by a key an image: its track, day, size or camera. Each way below gives the
labelled images' groups as a Pattern, or None where they do not look like groups.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

FRAME = re.compile(r"^(?P<track>.*[^_\-.\s])[_\-.\s]+[A-Za-z]{0,6}(?P<frame>\d{1,8})$")
COVERED = 0.8  # of the images must fit the pattern
LONGEST = 0.2  # of the images: a longer track is a prefix that all share, such as pic_0001
FEWEST = 10  # tracks
FEWEST_CAMERAS, LONGEST_CAMERA = 5, 0.5  # a competition has few of them, and one that took most
MEAN_LENGTH = 2.0  # images a track, at least
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d{1,5}(?!\d))")
SHORT_NUMBER = 5  # digits: 00012_00003 in each class folder counts tracks anew

Keys = Sequence[str | None]  # one an image; None: it says nothing


@dataclass(frozen=True)
class Pattern:
    """Groups that nobody named: that of each image, one image as example, and how they are seen."""

    tracks: list[str]
    count: int
    example: str
    seen: str
    shared: float = 0.0  # of the test images, those of the same groups: torn groups flatter no score there


def merge(*partitions: list[str]) -> list[str]:
    """The finest partition that keeps the groups of each given one whole.

    Each partition is a list of group names, one an image; names are the lowest of the first partition.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(partitions[0])
    first = [{name: row for row, name in reversed(list(enumerate(names)))} for names in partitions]
    there = [known[name] for known, names in zip(first, partitions, strict=True) for name in names]
    links = coo_array((np.ones(len(there), bool), (list(range(n)) * len(partitions), there)), shape=(n, n))
    parts = connected_components(links, directed=False)[1].tolist()
    lowest: dict[int, str] = {}
    for part, name in zip(parts, partitions[0], strict=True):
        lowest[part] = min(name, lowest.get(part, name))
    return [lowest[part] for part in parts]


def from_column(ids: list[str], column: list[str | None]) -> list[str]:
    """The user's group of each image; an empty cell (also NaN) is an image of its own."""
    told = [isinstance(cell, str) and cell != "" for cell in column]
    named = zip(ids, column, told, strict=True)
    return [f"column:{cell}" if given else image_id for image_id, cell, given in named]


def from_names(ids: list[str], tests: Sequence[str] = ()) -> Pattern | None:
    """Tracks of the `<track>_<frame>` pattern, or None where the names do not look like it.

    Short numbers that recur in many folders are tracks of their folder; names and long numbers (patients,
    video ids) are the same track in every folder.
    """
    matches = [FRAME.match(PurePosixPath(image_id).stem) for image_id in ids]
    local = all(m is None or (m["track"].isdigit() and len(m["track"]) <= SHORT_NUMBER) for m in matches)

    def key(image_id: str) -> str | None:
        path = PurePosixPath(image_id)
        match = FRAME.match(path.stem)
        return match and (f"{path.parent}/{match['track']}" if local else match["track"])

    seen = "file names look like {count} tracks (as {example!r})"
    return pattern(ids, list(map(key, ids)), seen, list(map(key, tests)))


def from_dates(ids: list[str], tests: Sequence[str] = ()) -> Pattern | None:
    """The days that file names or their folders hold (2019-07-31, 20190731_1204), or None without them."""

    def key(image_id: str) -> str | None:
        match = DATE.search(image_id)
        return match and f"date:{''.join(match.groups())}"

    seen = "file names hold {count} dates (as {example!r})"
    return pattern(ids, list(map(key, ids)), seen, list(map(key, tests)))


def from_days(ids: list[str], days: Keys, tests: Keys = ()) -> Pattern | None:
    """The days (20190731) on which EXIF says that images were taken."""
    named, others = ([day and f"date:{day}" for day in some] for some in (days, tests))
    return pattern(ids, named, "EXIF holds {count} dates", others)


def from_sizes(ids: list[str], sizes: Keys, tests: Keys = ()) -> Pattern | None:
    """Images of the same width and height (`sizes`, 640x480): often those of one camera or source."""
    named, others = ([size and f"size:{size}" for size in some] for some in (sizes, tests))
    return pattern(ids, named, "images come in {count} sizes", others)


def from_cameras(ids: list[str], cameras: Keys, tests: Keys = ()) -> Pattern | None:
    """Images of the same camera, as EXIF names it."""
    named, others = ([camera and f"camera:{camera}" for camera in some] for some in (cameras, tests))
    seen = "EXIF names {count} cameras"
    return pattern(ids, named, seen, others, FEWEST_CAMERAS, LONGEST_CAMERA)


def pattern(
    ids: list[str],
    keys: Keys,
    seen: str,
    tests: Keys = (),
    fewest: int = FEWEST,
    longest: float = LONGEST,
) -> Pattern | None:
    """The groups of the same key, unless they are too few, too short, or one is most of the images.

    An image without a key is a group of its own. `seen` says how they look: of {count} and {example}.
    """
    if not ids or sum(key is not None for key in keys) < COVERED * len(ids):
        return None
    tracks = [image_id if key is None else key for image_id, key in zip(ids, keys, strict=True)]
    lengths = Counter(tracks)
    count = len(lengths)
    if count < fewest or len(ids) < MEAN_LENGTH * count or max(lengths.values()) > longest * len(ids):
        return None
    top = min(lengths, key=lambda track: (-lengths[track], track))
    example = ids[tracks.index(top)]
    shared = sum(key in lengths for key in tests) / max(len(tests), 1)
    return Pattern(tracks, count, example, seen.format(count=count, example=example), shared)
