"""Images that bear the same mark of a source: its frame, or its stamp in a corner."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from podium.folds.groups import Pattern

FEWEST = 5  # marks: of fewer no error could be told
SEVERAL = 3  # images that bear a mark, at least: else it is the picture's own
MARKED = 0.1  # of the images bear one, at least
LONGEST = 0.5  # of the images bear the same one, at most
CLOSE = 3  # bits of 64 in which two prints of a stamp may differ, as JPEG leaves them
NONE = "-"


def from_frames(ids: list[str], tests: Sequence[str], frames: Mapping[str, str]) -> Pattern | None:
    """Images with a frame of the same colours and widths."""
    return _marked(ids, "images have {count} kinds of frames (as {example!r})", tests, frames)


def from_stamps(ids: list[str], tests: Sequence[str], corners: Mapping[str, str]) -> Pattern | None:
    """Images with the same small picture in the same corner; of several that which most images bear."""
    named = [name for name in (*ids, *tests) if name in corners]
    prints = [corners[name].split() for name in named]
    stamps: dict[str, tuple[int, str]] = {}
    for place in range(4):
        rows = [row for row, told in enumerate(prints) if told[place] != NONE]
        first = _first([prints[row][place] for row in rows])
        often = Counter(first)
        for row, stamp in zip(rows, first, strict=True):
            found = often[stamp], f"{place}/{stamp}"
            stamps[named[row]] = max(stamps.get(named[row], (0, "")), found)
    seen = "images have {count} kinds of stamps in a corner (as {example!r})"
    return _marked(ids, seen, tests, {name: stamp for name, (_, stamp) in stamps.items()})


def _first(prints: list[str]) -> list[str]:
    """For each print the commonest that it is close to, of those that SEVERAL images have; else itself."""
    counts = Counter(prints)
    common = sorted((one for one in counts if counts[one] >= SEVERAL), key=lambda one: (-counts[one], one))
    if not common:
        return prints
    known = _bits(common)
    nearest = {}
    for one in counts:
        close = np.flatnonzero((known != _bits([one])).sum(axis=1) <= CLOSE)
        nearest[one] = common[int(close[0])] if len(close) else one
    return [nearest[one] for one in prints]


def _bits(prints: list[str]) -> NDArray[np.uint8]:
    whole = np.frombuffer(bytes.fromhex("".join(prints)), np.uint8).reshape(len(prints), -1)
    return np.unpackbits(whole, axis=1)


def _marked(ids: list[str], seen: str, tests: Sequence[str], marks: Mapping[str, str]) -> Pattern | None:
    """Groups of those that bear the same mark, all others on their own; None where marks are too few.

    `shared`: how often test images bear one of these marks, against how often these images do.
    """
    counts = Counter(marks[name] for name in ids if name in marks)
    kept = {mark: count for mark, count in counts.items() if count >= SEVERAL}
    bearing = sum(kept.values())
    if len(kept) < FEWEST or bearing < MARKED * len(ids) or max(kept.values()) > LONGEST * len(ids):
        return None
    tracks = [marks[name] if marks.get(name) in kept else name for name in ids]
    top = min(kept, key=lambda mark: (-kept[mark], mark))
    example = ids[tracks.index(top)]
    theirs = sum(marks.get(name) in kept for name in tests) / max(len(tests), 1)
    shared = min(1.0, theirs * len(ids) / bearing)
    return Pattern(tracks, len(kept), example, seen.format(count=len(kept), example=example), shared)
