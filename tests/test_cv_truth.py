"""How CV is held against the server: differences are paired, ranks by hand, pairs counted; options read."""

import numpy as np
import pytest

from benchmarks.checkout import further
from benchmarks.ranking import Scored, difference, pairs, shares, spearman


def _scored(score: float, spread: float = 0.0, seed: int = 0) -> Scored:
    return Scored(score, score + spread * np.random.default_rng(seed).normal(size=1000))


def test_a_paired_difference_is_sure_where_each_alone_would_not_be() -> None:
    one, two = _scored(0.81, 0.05), _scored(0.80, 0.05)  # the same samples of images
    assert one.interval[0] < 0.8 < one.interval[1]
    assert difference(one, two, 1.0) == (pytest.approx(0.01), True)
    other = _scored(0.80, 0.05, seed=1)
    assert difference(one, other, 1.0)[1] is False
    assert difference(one, two, -1.0)[0] == pytest.approx(-0.01)  # a loss: less is better


def test_pairs_are_counted_by_who_is_sure_and_who_is_right() -> None:
    cv = {"a": _scored(0.9), "b": _scored(0.8), "c": _scored(0.85)}
    server = {"a": _scored(0.9), "b": _scored(0.8), "c": _scored(0.79)}  # b and c the other way round
    found = pairs(cv, server, 1.0)
    assert [pair.names for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [pair.agree for pair in found] == [True, True, False]
    assert shares(found) == {
        "pairs": 3, "server_differs": 3, "cv_right": 2, "cv_sure": 3, "cv_sure_right": 2,
        "both_sure": 3, "both_sure_right": 2,
    }  # fmt: skip


def test_a_difference_within_noise_is_counted_for_nobody() -> None:
    cv = {"a": _scored(0.9, 0.1), "b": _scored(0.89, 0.1, seed=1)}
    counted = shares(pairs(cv, cv, 1.0))
    assert counted["pairs"] == 1 and counted["server_differs"] == counted["cv_sure"] == 0


def test_a_tie_of_one_alone_is_no_agreement() -> None:
    cv, server = {"a": _scored(0.8), "b": _scored(0.8)}, {"a": _scored(0.9), "b": _scored(0.8)}
    assert [pair.agree for pair in pairs(cv, server, 1.0)] == [False]


def test_ranks_by_hand() -> None:
    assert spearman([0.1, 0.2, 0.3, 0.4], [5, 6, 8, 7]) == pytest.approx(1 - 6 * 2 / (4 * 15))
    assert spearman([1, 2, 2, 3], [1, 2, 2, 3]) == pytest.approx(1.0)
    assert spearman([1, 1], [1, 2]) is None


def test_a_setting_of_one_competition_wins_there_and_is_unknown_elsewhere() -> None:
    given = ["zoo:image.size=64", "image.size=96", "train.epochs=2"]
    assert further(given, "zoo") == {"image.size": 64, "train.epochs": 2}
    assert further(given, "signs") == {"image.size": 96, "train.epochs": 2}
