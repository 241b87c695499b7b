"""Groups: joined partitions, a column, tracks in file names, and the gap that shows a leak."""

import numpy as np

from podium.folds.grouping import group, measure
from podium.folds.groups import from_column, from_names, merge
from podium.folds.params import SplitParams


def test_merging_keeps_every_partition_whole() -> None:
    assert merge(["a", "b", "c", "d"], ["x", "x", "y", "z"], ["1", "2", "2", "3"]) == ["a", "a", "a", "d"]


def test_an_empty_cell_of_the_column_is_an_image_alone() -> None:
    found = from_column(["i", "j", "k", "l"], ["p", None, float("nan"), "p"])  # type: ignore[list-item]
    assert found == ["column:p", "j", "k", "column:p"]


def _tracks(count: int, frames: int, name: str = "video{track:02d}_{frame:04d}.jpg") -> list[str]:
    return [f"train/x/{name.format(track=t, frame=f)}" for t in range(count) for f in range(frames)]


def test_tracks_are_seen_in_file_names() -> None:
    found = from_names(_tracks(12, 5))
    assert found is not None and found.count == 12 and found.tracks[:6] == ["video00"] * 5 + ["video01"]


def test_a_name_and_number_that_all_images_share_is_no_track() -> None:
    assert from_names([f"train/a/pic_{i:04d}.jpg" for i in range(100)]) is None
    assert from_names([f"train/tr{i:04d}.jpg" for i in range(100)]) is None
    assert from_names([f"train/{i}_{i * 7919 % 97:02x}f.jpg" for i in range(100)]) is None


def test_short_numbers_count_anew_in_each_folder_and_patients_do_not() -> None:
    signs = [f"train/{c}/{t:05d}_{f:05d}.ppm" for c in "ab" for t in range(8) for f in range(4)]
    patients = [f"train/{c}/person{t}_{f}.png" for c in "ab" for t in range(12) for f in range(4)]
    local, shared = from_names(signs), from_names(patients)
    assert local is not None and local.count == 16
    assert shared is not None and shared.count == 12


def _leaky(tracks: int = 40, frames: int = 6) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Frames of a track look alike and share a label that nothing else tells: only a leak predicts it."""
    draw = np.random.default_rng(0)
    ids = _tracks(tracks, frames)
    track = np.repeat(np.arange(tracks), frames)
    look = draw.normal(size=(tracks, 48))[track] + 0.1 * draw.normal(size=(len(ids), 48))
    return ids, look.astype(np.float32), (draw.permutation(tracks) % 2)[track]


def test_a_leak_through_tracks_shows_as_a_gap_and_auto_closes_it() -> None:
    ids, look, labels = _leaky()
    found = from_names(ids)
    assert found is not None
    gap, error = measure(ids, look, labels, ids, found.tracks, 2, 0)
    assert gap > 0.2 and gap > 3 * error
    suggested = group(ids, labels, ids, [None] * len(ids), SplitParams(), (ids, look), 2, 0)
    assert suggested.groups == ids and "set split.group: filename" in suggested.sentences[0]
    taken = group(ids, labels, ids, [None] * len(ids), SplitParams(group="auto"), (ids, look), 2, 0)
    assert len(set(taken.groups)) == 40


def test_tracks_that_tell_nothing_are_left_alone() -> None:
    ids, look, labels = _leaky()
    blank = np.random.default_rng(1).normal(size=look.shape).astype(np.float32)
    found = group(ids, labels, ids, [None] * len(ids), SplitParams(group="auto"), (ids, blank), 2, 0)
    assert found.groups == ids and "nothing to do" in found.sentences[0]
