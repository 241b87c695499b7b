"""Which images belong together: duplicates, a column of the user's, tracks seen in file names."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

FRAME = re.compile(r"^(?P<track>.*[^_\-.\s])[_\-.\s]+[A-Za-z]{0,6}(?P<frame>\d{1,8})$")
COVERED = 0.8  # of the images must fit the pattern
LONGEST = 0.2  # of the images: a longer track is a prefix that all share, such as pic_0001
FEWEST = 10  # tracks
MEAN_LENGTH = 2.0  # images a track, at least
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d{1,5}(?!\d))")
SHORT_NUMBER = 5  # digits: 00012_00003 in each class folder counts tracks anew


@dataclass(frozen=True)
class Pattern:
    """Tracks that the file names show: the track of each image, and one image to show as example."""

    tracks: list[str]
    count: int
    example: str


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


def from_names(ids: list[str]) -> Pattern | None:
    """Tracks of the `<track>_<frame>` pattern, or None where the names do not look like it.

    Short numbers that recur in many folders are tracks of their folder; names and long numbers (patients,
    video ids) are the same track in every folder.
    """
    folders = [str(PurePosixPath(image_id).parent) for image_id in ids]
    matches = [FRAME.match(PurePosixPath(image_id).stem) for image_id in ids]
    if not ids or sum(match is not None for match in matches) < COVERED * len(ids):
        return None
    local = all(m is None or (m["track"].isdigit() and len(m["track"]) <= SHORT_NUMBER) for m in matches)
    tracks = [
        image_id if match is None else f"{folder}/{match['track']}" if local else match["track"]
        for image_id, folder, match in zip(ids, folders, matches, strict=True)
    ]
    return _pattern(ids, tracks)


def from_dates(ids: list[str]) -> Pattern | None:
    """The days that file names or their folders hold (2019-07-31, 20190731_1204), or None without them."""
    matches = [DATE.search(image_id) for image_id in ids]
    if not ids or sum(match is not None for match in matches) < COVERED * len(ids):
        return None
    named = zip(ids, matches, strict=True)
    return _pattern(ids, [i if match is None else f"date:{''.join(match.groups())}" for i, match in named])


def from_sizes(ids: list[str], sizes: list[str]) -> Pattern | None:
    """Images of the same width and height (`sizes`, 640x480): often those of one camera or source."""
    return _pattern(ids, [f"size:{size}" for size in sizes]) if ids else None


def _pattern(ids: list[str], tracks: list[str]) -> Pattern | None:
    """The tracks, unless they are too few, too short, or one is most of the images."""
    lengths = Counter(tracks)
    count = len(lengths)
    if count < FEWEST or len(ids) < MEAN_LENGTH * count or max(lengths.values()) > LONGEST * len(ids):
        return None
    longest = min(lengths, key=lambda track: (-lengths[track], track))
    return Pattern(tracks, count, ids[tracks.index(longest)])
