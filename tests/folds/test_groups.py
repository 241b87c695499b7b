"""Groups: joined partitions, a column, tracks in file names, and the gap that shows a leak."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from podium.folds.clues import Clues, chains, numbers
from podium.folds.grouping import group, hits, measure, several_tracks
from podium.folds.groups import from_column, from_dates, from_names, from_sizes, merge
from podium.folds.marks import from_stamps
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
    clues = Clues(ids, labels, look)
    torn, whole = (hits(clues, groups, 2, 0) for groups in (ids, found.tracks))
    gap, error = measure(torn, whole, found.tracks, np.ones(len(ids), bool))
    assert gap > 0.2 and gap > 3 * error
    suggested = group(Clues(ids, labels, look), ids, [None] * len(ids), SplitParams(), 2, 0)
    assert suggested.groups == ids and "set split.group: filename" in suggested.sentences[0]
    assert suggested.warnings == suggested.sentences
    taken = group(Clues(ids, labels, look), ids, [None] * len(ids), SplitParams(group="auto"), 2, 0)
    assert len(set(taken.groups)) == 40 and not taken.warnings


def test_tracks_that_tell_nothing_are_left_alone() -> None:
    ids, look, labels = _leaky()
    blank = np.random.default_rng(1).normal(size=look.shape).astype(np.float32)
    found = group(Clues(ids, labels, blank), ids, [None] * len(ids), SplitParams(group="auto"), 2, 0)
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
    found = group(Clues(ids, labels, look), ids, [None] * len(ids), SplitParams(group=told), 12, 0)
    assert found.groups == ids and "tracks" not in found.facts and not found.warnings


def test_file_names_without_tracks_are_refused_when_asked_for() -> None:
    ids, look, labels = _classes()
    nobody: list[str | None] = [None] * len(ids)
    with pytest.raises(UserError, match=r"'train/fruita/fruita_0000.jpg' tell the class and no tracks"):
        group(Clues(ids, labels, look), ids, nobody, SplitParams(group="filename"), 12, 0)
    plain = [f"train/{i}.jpg" for i in range(len(ids))]
    with pytest.raises(
        UserError, match=r"split.group: filename, but .* show no tracks .* set split.group: column"
    ):
        group(Clues(plain, labels, look), plain, nobody, SplitParams(group="filename"), 12, 0)


def test_a_class_of_one_track_is_not_held_against_the_others() -> None:
    """One class of a single video: its images are never known while the video is whole, which is no leak."""
    ids, look, labels = _leaky()
    alone = [f"train/x/one_{i:03d}.jpg" for i in range(60)]
    draw = np.random.default_rng(2)
    other = (5 + draw.normal(size=(60, 48))).astype(np.float32)
    blank = draw.normal(size=look.shape).astype(np.float32)  # nothing tells the other tracks apart
    every, vectors = ids + alone, np.concatenate([blank, other])
    classes = np.concatenate([labels, np.full(60, 2)])
    found = group(Clues(every, classes, vectors), every, [None] * len(every), SplitParams(), 3, 0)
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


def print_of(value: str) -> str:
    """A stamp's print: 16 hex digits, for each value others."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def _seen_by(kind: str, shared: bool = False) -> Clues:
    """The leaky tracks, in an order and under names that only `kind` sees; test of others, or the same."""
    _, look, labels = _leaky()
    track, other = np.repeat(np.arange(40), 6), np.arange(40) + (0 if shared else 100)
    draw = np.random.default_rng(3)
    ids = [f"train/{number:04d}.jpg" for number in draw.permutation(240)]
    tests = [f"test/{i:04d}.jpg" for i in range(40)]
    if kind == "date":
        dates = [f"{2000 + t // 12:04d}{1 + t % 12:02d}03" for t in (*track, *other)]
        named = [f"{name[:-4]}_{day}.jpg" for name, day in zip([*ids, *tests], dates, strict=True)]
        ids, tests = named[:240], named[240:]
    if kind == "number":  # 0 to 479: every second one, or those behind
        ids = [f"train/IMG_{2 * i:04d}.jpg" for i in range(240)]
        tests = [f"test/IMG_{12 * i + 1 if shared else 900 + i:04d}.jpg" for i in range(40)]
    told = dict(zip([*ids, *tests], [f"{100 + t}" for t in (*track, *other)], strict=True))
    days = {name: f"2019{int(value) % 12 + 1:02d}{int(value) // 12:02d}" for name, value in told.items()}
    cameras = {name: f"c{int(value) // 5 % 40}" for name, value in told.items()}
    blank = np.random.default_rng(4).normal(size=(40, look.shape[1])).astype(np.float32)
    return Clues(
        ids, labels, look, tests, look[::6] if shared else blank,
        {name: f"{value}x90" for name, value in told.items()} if kind == "size" else {},
        cameras if kind == "camera" else {},
        days if kind == "EXIF" else {},
        {name: f"{value}:000000 - - -" for name, value in told.items()} if kind == "frame" else {},
        {name: f"- {print_of(value)} - -" for name, value in told.items()} if kind == "stamp" else {},
    )  # fmt: skip


NOBODY: list[str | None] = [None] * 240
SET = {"EXIF": "date", "chain": "alike"}


@pytest.mark.parametrize("kind", ["date", "EXIF", "number", "size", "camera", "frame", "stamp", "alike"])
def test_a_leak_through_what_nobody_named_is_told_and_closed(kind: str) -> None:
    clues, name = _seen_by(kind), SET.get(kind, kind)
    told = group(clues, clues.ids, NOBODY, SplitParams(), 2, 0)
    assert told.groups == clues.ids and len(told.warnings) == 1
    assert any(f"set split.group: {name} to keep them whole" in line for line in told.sentences)
    for asked in (name, "auto"):
        taken = group(replace(clues, asked=asked), clues.ids, NOBODY, SplitParams(group=asked), 2, 0)  # type: ignore[arg-type]
        assert len(set(taken.groups)) <= 40
        assert not taken.warnings or asked == "camera"


@pytest.mark.parametrize("kind", ["date", "EXIF", "number", "size", "camera", "frame", "stamp", "alike"])
def test_groups_that_test_images_share_are_no_leak(kind: str) -> None:
    """Torn tracks flatter no score where the test set has images of the same tracks."""
    clues = _seen_by(kind, shared=True)
    for asked in ("column", "auto"):
        found = group(clues, clues.ids, NOBODY, SplitParams(group=asked), 2, 0)  # type: ignore[arg-type]
        assert found.groups == clues.ids and not found.warnings
        assert kind == "alike" or "CV asks what the test asks" in " ".join(found.sentences)


def test_stamps_are_the_same_up_to_what_jpeg_leaves_of_them() -> None:
    """Six stamps on ten images each, a bit apart; forty images have a corner of their own, and no stamp."""
    ids = [f"train/{i}.jpg" for i in range(100)]
    stamps = [int(print_of(f"s{i // 10}"), 16) ^ (1 << i % 10 if i % 10 > 6 else 0) for i in range(60)]
    corners = {ids[i]: f"- - {stamps[i]:016x} -" for i in range(60)}
    corners |= {ids[i]: f"{print_of(ids[i])} - - -" for i in range(60, 100)}
    tests = ["test/0.jpg", "test/1.jpg", "test/2.jpg", "test/3.jpg", "test/4.jpg"]
    found = from_stamps(ids, tests, corners | {"test/0.jpg": f"- - {stamps[0]:016x} -"})
    assert found is not None and found.count == 6 and len(set(found.tracks)) == 6 + 40
    assert found.tracks[:10] == [found.tracks[0]] * 10 and found.tracks[99] == ids[99]
    assert found.shared == pytest.approx((1 / 5) / (60 / 100))
    one = {name: "- - " + print_of("logo") + " -" for name in ids[:40]}
    assert from_stamps(ids, tests, one) is None  # a single logo: nothing to hold against it


def test_running_numbers_are_cut_into_stretches_of_each_class() -> None:
    labels = np.arange(80) % 2
    made = numbers(Clues([f"train/IMG_{i}.jpg" for i in range(80)], labels, np.empty((80, 1), np.float32)))
    assert made is not None and made.count == 20
    assert made.tracks[0] == made.tracks[6] == "number:0/0" and made.tracks[8] == "number:0/1"
    hashes = [f"train/{i * 2654435761 % 2**32:08x}.jpg" for i in range(80)]
    assert numbers(Clues(hashes, labels, np.empty((80, 1), np.float32))) is None


def test_numbers_that_tell_nothing_are_no_leak() -> None:
    """Classes in numerical order, as often shipped: stretches are of a class, so nothing is lost."""
    draw = np.random.default_rng(0)
    labels = np.repeat(np.arange(12), 20)
    look = (np.eye(12, 24)[labels] + 0.3 * draw.normal(size=(240, 24))).astype(np.float32)
    ids = [f"train/{i:04d}.jpg" for i in range(240)]
    found = group(Clues(ids, labels, look), ids, NOBODY, SplitParams(group="auto"), 12, 0)
    assert found.groups == ids and "nothing to do" in found.sentences[0]


def test_a_class_that_lies_mostly_in_one_track_is_not_judged() -> None:
    """Duplicates may join a class's stretches to one: while it is whole, too little is left to learn from."""
    labels = np.repeat([0, 1], 10)
    tracks = ["long"] * 9 + ["rest"] + ["first"] * 5 + ["second"] * 5
    assert several_tracks(labels, tracks).tolist() == [False] * 10 + [True] * 10


def test_chains_are_what_is_closer_than_test_images_are() -> None:
    clues = _seen_by("alike")
    made = chains(clues)
    assert made is not None and 35 <= made.count <= 40 and made.tracks[0] == made.tracks[5] != made.tracks[6]
    assert chains(replace(clues, test_vectors=clues.vectors[::6] + 0.001)) is None


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("date", "there are no dates in file names or EXIF"),
        ("size", "there are no images of ten sizes"),
        ("number", "there are no running numbers"),
        ("camera", "there are no five cameras or more"),
        ("frame", "there are no five kinds of frames"),
        ("stamp", "there are no five kinds of stamps"),
        ("alike", "there are no images closer to each other"),
    ],
)
def test_groups_that_are_not_there_are_refused_when_asked_for(kind: str, told: str) -> None:
    _, look, labels = _classes()
    ids = [f"train/{'abcdefghij'[i // 24]}{'qrstuvwxyzabcdefghijklmn'[i % 24]}.jpg" for i in range(240)]
    with pytest.raises(UserError, match=rf"split.group: {kind}, but {told}"):
        group(Clues(ids, labels, look), ids, [None] * len(ids), SplitParams(group=kind), 12, 0)
