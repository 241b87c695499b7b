"""Groups: joined partitions, a column, tracks in file names, and the gap that shows a leak."""

import numpy as np
import pytest

from podium.folds.grouping import group, measure
from podium.folds.groups import from_column, from_dates, from_names, from_sizes, merge
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError


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
    gap, error = measure(ids, look, labels, ids, found.tracks, np.ones(len(ids), bool), 2, 0)
    assert gap > 0.2 and gap > 3 * error
    suggested = group(ids, labels, ids, [None] * len(ids), SplitParams(), (ids, look), 2, 0)
    assert suggested.groups == ids and "set split.group: filename" in suggested.sentences[0]
    assert suggested.warnings == suggested.sentences
    taken = group(ids, labels, ids, [None] * len(ids), SplitParams(group="auto"), (ids, look), 2, 0)
    assert len(set(taken.groups)) == 40 and not taken.warnings


def test_tracks_that_tell_nothing_are_left_alone() -> None:
    ids, look, labels = _leaky()
    blank = np.random.default_rng(1).normal(size=look.shape).astype(np.float32)
    found = group(ids, labels, ids, [None] * len(ids), SplitParams(group="auto"), (ids, blank), 2, 0)
    assert found.groups == ids and "nothing to do" in found.sentences[0]


def _classes(a_class: int = 20) -> tuple[list[str], np.ndarray, np.ndarray]:
    """<class>_<number>: names that say nothing but the class."""
    draw = np.random.default_rng(0)
    names = [f"fruit{chr(97 + c)}" for c in range(12)]
    labels = np.repeat(np.arange(12), a_class)
    ids = [f"train/{n}/{n}_{i:04d}.jpg" for n in names for i in range(a_class)]
    return ids, (np.eye(12, 24)[labels] + 0.3 * draw.normal(size=(len(ids), 24))).astype(np.float32), labels


@pytest.mark.parametrize("told", ["column", "auto"])
def test_a_class_in_the_file_name_is_no_track(told: str) -> None:
    """Whole "tracks" would keep each class out of the folds that learn it: a gap that is no leak."""
    ids, look, labels = _classes()
    assert from_names(ids) is not None
    found = group(ids, labels, ids, [None] * len(ids), SplitParams(group=told), (ids, look), 12, 0)
    assert found.groups == ids and not found.sentences and not found.facts


def test_file_names_without_tracks_are_refused_when_asked_for() -> None:
    ids, look, labels = _classes()
    nobody: list[str | None] = [None] * len(ids)
    with pytest.raises(UserError, match=r"'train/fruita/fruita_0000.jpg' tell the class and no tracks"):
        group(ids, labels, ids, nobody, SplitParams(group="filename"), (ids, look), 12, 0)
    plain = [f"train/{i}.jpg" for i in range(len(ids))]
    with pytest.raises(
        UserError, match=r"split.group: filename, but .* show no tracks .* set split.group: column"
    ):
        group(plain, labels, plain, nobody, SplitParams(group="filename"), (plain, look), 12, 0)


def test_a_class_of_one_track_is_not_held_against_the_others() -> None:
    """One class of a single video: its images are never known while the video is whole, which is no leak."""
    ids, look, labels = _leaky()
    alone = [f"train/x/one_{i:03d}.jpg" for i in range(60)]
    draw = np.random.default_rng(2)
    other = (5 + draw.normal(size=(60, 48))).astype(np.float32)
    blank = draw.normal(size=look.shape).astype(np.float32)  # nothing tells the other tracks apart
    every, vectors = ids + alone, np.concatenate([blank, other])
    classes = np.concatenate([labels, np.full(60, 2)])
    found = group(every, classes, every, [None] * len(every), SplitParams(), (every, vectors), 3, 0)
    assert found.facts["track_gap"] < 0.1 and "nothing to do" in found.sentences[0]


def test_dates_in_names_and_folders_are_seen() -> None:
    for name in ("train/a/IMG_2019-07-{day:02d}_{i}.jpg", "train/201907{day:02d}/x{i}.jpg",
                 "train/201907{day:02d}1204{i:02d}.jpg"):  # fmt: skip
        ids = [name.format(day=day + 1, i=i) for day in range(12) for i in range(5)]
        found = from_dates(ids)
        assert found is not None and found.count == 12 and found.tracks[0] == "date:20190701"
    assert (
        from_dates([f"train/{20190701 * 1000 + i}.jpg" for i in range(90)]) is None
    )  # eleven digits: a number
    assert from_dates([f"train/2019-13-{i % 30:02d}_{i}.jpg" for i in range(90)]) is None  # no month


def test_sizes_are_groups_where_there_are_enough_and_none_is_usual() -> None:
    ids = [f"{i}.jpg" for i in range(60)]
    found = from_sizes(ids, [f"{100 + i % 12}x80" for i in range(60)])
    assert found is not None and found.count == 12 and found.tracks[0] == "size:100x80"
    assert from_sizes(ids, ["640x480"] * 60) is None
    assert from_sizes(ids, [f"{i}x1" for i in range(60)]) is None


@pytest.mark.parametrize("kind", ["date", "size"])
def test_a_leak_through_what_nobody_named_is_told_and_closed(kind: str) -> None:
    _, look, labels = _leaky()
    track = np.repeat(np.arange(40), 6)
    dated = [f"train/2019{1 + t % 12:02d}{1 + t // 12:02d}/{i:04d}.jpg" for i, t in enumerate(track)]
    ids = dated if kind == "date" else [f"train/{i:04d}x.jpg" for i in range(240)]
    sizes = [f"{100 + t}x90" if kind == "size" else "1x1" for t in track]
    alone: list[str | None] = [None] * 240
    told = group(ids, labels, ids, alone, SplitParams(), (ids, look), 2, 0, sizes)
    assert told.groups == ids and told.warnings == told.sentences
    assert f"set split.group: {kind} to keep them whole" in told.warnings[0]
    assert told.facts[f"{kind}s"] == 40 and told.facts[f"{kind}_gap"] > 0.2
    for asked in (kind, "auto"):
        taken = group(ids, labels, ids, alone, SplitParams(group=asked), (ids, look), 2, 0, sizes)
        assert len(set(taken.groups)) == 40 and not taken.warnings


@pytest.mark.parametrize(
    ("kind", "told"), [("date", "there are no file names with dates"), ("size", "there are no images of ten")]
)
def test_groups_that_are_not_there_are_refused_when_asked_for(kind: str, told: str) -> None:
    ids, look, labels = _classes()
    with pytest.raises(UserError, match=rf"split.group: {kind}, but {told}"):
        group(ids, labels, ids, [None] * len(ids), SplitParams(group=kind), (ids, look), 12, 0)
