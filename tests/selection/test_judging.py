"""Candidates compared image by image, and the sample that judges them."""

import numpy as np

from podium.selection.judging import paired, sample


def test_a_difference_has_the_error_of_its_groups() -> None:
    first, second = np.array([1.0, 1.0, 3.0, 3.0]), np.array([0.0, 0.0, 4.0, 4.0])
    alone = paired(first, second, ["a", "b", "c", "d"])
    together = paired(first, second, ["a", "a", "b", "b"])
    assert alone.gain == together.gain == 0.0
    assert np.isclose(alone.error, 0.5) and np.isclose(together.error, np.sqrt(8) / 4)
    assert paired(first, first - 1, ["a", "b", "c", "d"]).pays and not alone.pays


def test_a_small_set_is_its_own_sample() -> None:
    assert sample(np.zeros(5, np.int64), np.arange(5.0), 10, 2).tolist() == [0, 1, 2, 3, 4]


def test_a_sample_holds_each_class_by_its_share_in_the_order_given() -> None:
    strata = np.repeat([0, 1], [80, 20])
    order = np.r_[np.arange(80.0)[::-1], np.arange(20.0)]
    rows = sample(strata, order, 20, 2)
    assert np.bincount(strata[rows]).tolist() == [16, 4]
    assert set(rows) == {*range(64, 80), *range(80, 84)}


def test_many_classes_leave_whole_classes_out() -> None:
    strata = np.repeat(np.arange(100), 6)
    rows = sample(strata, np.random.default_rng(0).random(600), 60, 5)
    counts = np.bincount(strata[rows], minlength=100)
    assert (counts > 0).sum() == 12 and counts[counts > 0].min() >= 5
