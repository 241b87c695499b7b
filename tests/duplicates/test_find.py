"""Duplicates: the pair search finds what all-pairs finds, groups are whole and never chain without end."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.duplicates import pairs
from podium.duplicates.find import duplicates, group_of
from podium.duplicates.params import DuplicateParams

BASE = 0x5A5A_1234_9ABC_DEF0


def _images(hashes: list[int], sha: list[str] | None = None, pixels: list[str] | None = None) -> pd.DataFrame:
    n = len(hashes)
    return pd.DataFrame(
        {
            "image_id": [f"train/{i:03d}.jpg" for i in range(n)],
            "sha256": sha or [f"s{i}" for i in range(n)],
            "pixels": pixels or [f"p{i}" for i in range(n)],
            "phash": np.array(hashes, dtype=np.uint64),
        }
    )


def _far(n: int) -> list[int]:
    draw = np.random.default_rng(0)
    return [int(value) for value in draw.integers(0, 1 << 63, n)]


def _look(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, 32)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    flips=st.lists(st.lists(st.integers(0, 63), max_size=9), min_size=1, max_size=25), reach=st.integers(0, 7)
)
def test_the_search_finds_every_pair_within_reach(flips: list[list[int]], reach: int) -> None:
    values = []
    for bits in flips:
        value = BASE
        for bit in bits:
            value ^= 1 << bit
        values.append(value)
    hashes = np.array(values, dtype=np.uint64)
    near = np.triu(np.bitwise_count(hashes[:, None] ^ hashes[None]) <= reach, 1)
    found, left_out = pairs.within(hashes, reach)
    assert left_out == 0 and found.tolist() == np.argwhere(near).tolist()


def test_a_hash_that_a_crowd_shares_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "CROWD", 3)
    found, left_out = pairs.within(np.array([7, 7, 7, 7, 9, 9], dtype=np.uint64), 0)
    assert left_out == 4 and found.tolist() == [[4, 5]]


def test_exact_duplicates_are_those_of_bytes_and_those_of_pixels() -> None:
    images = _images(_far(5), sha=["a", "a", "b", "c", "d"], pixels=["x", "x", "x", "y", "z"])
    table = duplicates(images, _look(5), DuplicateParams(near=False)).table
    assert table["image_id"].tolist() == ["train/000.jpg", "train/001.jpg", "train/002.jpg"]
    assert set(table["group"]) == {"train/000.jpg"} and set(table["kind"]) == {"exact"}
    assert (table["distance"] == 0).all()


def test_near_duplicates_need_both_the_hash_and_the_embedding() -> None:
    hashes, look = _far(8), _look(8)
    hashes[1] = hashes[0] ^ 0b11  # 2 bits
    hashes[3] = hashes[2] ^ 0b11
    look[1] = look[0] + 0.01
    table = duplicates(_images(hashes), look, DuplicateParams()).table
    assert table["image_id"].tolist() == ["train/000.jpg", "train/001.jpg"]
    assert set(table["kind"]) == {"near"} and (table["distance"] > 0).all()


def test_a_chain_stops_at_the_largest_group_and_says_so() -> None:
    hashes = [BASE ^ ((1 << i) - 1) for i in range(12)]  # each one bit from the next
    look = np.tile(_look(1), (12, 1)) + 0.001 * _look(12)
    others = _far(6)
    table = duplicates(
        _images(hashes + others),
        np.concatenate([look, _look(6)[::-1]]),
        DuplicateParams(hamming=1, largest=5),
    )
    assert table.table.groupby("group").size().max() <= 5
    assert "would have passed duplicates.largest (5 images)" in table.sentences[0]


def test_the_order_of_rows_does_not_matter() -> None:
    hashes, look = _far(20), _look(20)
    for i in range(0, 20, 4):
        hashes[i + 1], look[i + 1] = hashes[i] ^ 0b101, look[i] + 0.02
    images = _images(hashes)
    order = np.random.default_rng(3).permutation(20)
    one = duplicates(images, look, DuplicateParams()).table
    two = duplicates(images.iloc[order], look[order], DuplicateParams()).table
    pd.testing.assert_frame_equal(one, two.sort_values("image_id").reset_index(drop=True))
    assert len(one) == 10


def test_an_image_without_company_is_its_own_group() -> None:
    table = pd.DataFrame({"image_id": ["a", "b"], "group": ["a", "a"]})
    assert group_of(["a", "b", "c"], table) == ["a", "a", "c"]
