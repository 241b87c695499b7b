"""Worked answers of the voters that learn nothing, and what holds of every voter."""

import numpy as np
import pytest

from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.metrics import registry
from podium.vote import voter
from podium.vote.params import EnsembleParams
from podium.vote.voter import Context

TASK = Context(registry.get("accuracy"), np.arange(0))
NONE = np.empty(0, np.int64)


def combine(name: str, probs: list[list[list[float]]]) -> np.ndarray:
    array = np.array(probs)
    return voter.load(name).fit(array, NONE, TASK)(array)


def test_soft_by_hand() -> None:
    assert combine("soft", [[[0.9, 0.1]], [[0.2, 0.8]]]) == pytest.approx(np.array([[0.55, 0.45]]))


def test_geometric_by_hand() -> None:
    root = np.sqrt([0.9 * 0.2, 0.1 * 0.8])
    assert combine("geometric", [[[0.9, 0.1]], [[0.2, 0.8]]]) == pytest.approx((root / root.sum())[None])


def test_geometric_survives_a_zero() -> None:
    assert np.isfinite(combine("geometric", [[[1.0, 0.0]], [[0.0, 1.0]]])).all()


def test_hard_by_hand() -> None:
    votes = [[[0.6, 0.4, 0.0]], [[0.1, 0.9, 0.0]], [[0.4, 0.6, 0.0]]]
    assert combine("hard", votes) == pytest.approx(np.array([[1 / 3, 2 / 3, 0]]))


def test_hard_ties_go_to_the_lowest_class() -> None:
    within = combine("hard", [[[0.2, 0.4, 0.4]]])  # one member between classes 1 and 2
    assert within.tolist() == [[0, 1, 0]]
    between = combine("hard", [[[0, 0, 1.0]], [[0, 1.0, 0]]])  # one vote each
    assert between.argmax(1).tolist() == [1]


def test_ranks_have_no_log_loss() -> None:
    shown = [registry.get("accuracy"), registry.get("log_loss"), registry.get("roc_auc")]
    of_ranks = voter.judgeable(voter.load("rank_mean"), shown)
    assert [metric.name for metric in of_ranks] == ["accuracy", "roc_auc"]
    assert voter.judgeable(voter.load("soft"), shown) == shown


def test_rank_mean_by_hand() -> None:
    first, second = [[0.9, 0.1], [0.6, 0.4]], [[0.2, 0.8], [0.7, 0.3]]
    # ranks of class 0: (2, 1) and (1, 2), of class 1: (1, 2) and (2, 1): all means are 1.5
    assert combine("rank_mean", [first, second]) == pytest.approx(np.full((2, 2), 0.5))
    assert combine("rank_mean", [first]) == pytest.approx(np.array([[2 / 3, 1 / 3], [1 / 3, 2 / 3]]))


def test_an_unknown_voter_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"ensemble\.voter: did you mean soft, found 'sotf'\."):
        parse(EnsembleParams, {"ensemble": {"voter": "sotf"}})


def test_a_name_for_an_experiment_is_refused() -> None:
    with pytest.raises(UserError, match=r"ensemble.experiments: give full revisions .* found"):
        parse(EnsembleParams, {"ensemble": {"experiments": ["rowdy-lamb"]}})
