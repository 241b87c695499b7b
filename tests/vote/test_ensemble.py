"""The vote is nested, chosen by the one-standard-error rule, and sees on test what it saw out-of-fold."""

from dataclasses import replace

import numpy as np
import pytest

from podium.metrics import registry
from podium.metrics.intervals import Interval
from podium.vote import diversity, ensemble
from podium.vote import voter as voters
from podium.vote.calibration import attempt
from podium.vote.ensemble import ScoredVoter, Vote
from podium.vote.params import EnsembleParams
from podium.vote.voter import Context, arithmetic_mean
from tests.vote.cases import pool

ACCURACY = registry.get("accuracy")


def test_folds_of_one_member_vote_as_the_voter_says() -> None:
    test = np.array([[[[0.9, 0.1]], [[0.4, 0.6]], [[0.45, 0.55]]]])  # (1 member, 3 folds, 1 image, 2)
    made = {name: _on_test(name, test) for name in ("soft", "hard", "geometric")}
    assert made["soft"] == pytest.approx(np.array([[1.75, 1.25]]) / 3)
    assert made["hard"] == pytest.approx(np.array([[1, 2]]) / 3)
    root = np.cbrt([0.9 * 0.4 * 0.45, 0.1 * 0.6 * 0.55])
    assert made["geometric"] == pytest.approx((root / root.sum())[None])


def test_hard_votes_of_members_and_folds_count_alike() -> None:
    test = np.zeros((2, 3, 1, 2))
    for member, fold, choice in [(0, 0, 0), (0, 1, 1), (0, 2, 1), (1, 0, 0), (1, 1, 0), (1, 2, 1)]:
        test[member, fold, 0, choice] = 1
    voted = _on_test("hard", test)  # three votes each: the lowest class wins
    assert voted.tolist() == [[0.5, 0.5]] and voted.argmax(1)[0] == 0


def _on_test(name: str, test: np.ndarray) -> np.ndarray:
    learnt = voters.load(name).fit(test[:, 0], np.zeros(1, int), Context(ACCURACY, np.zeros(1, int)))
    return ensemble.on_test(voters.load(name), voters.ready(learnt, None), lambda probs: probs, test)


def candidate(name: str, score: float, samples: list[float], complexity: int) -> ScoredVoter:
    return ScoredVoter(name, complexity, np.empty((0, 2)), Interval(score, 0, 1, 0), np.array(samples))


def test_the_simplest_within_one_standard_error_of_the_best() -> None:
    best = candidate("boosting", 0.90, [0.88, 0.92, 0.88, 0.92], 8)
    near = candidate("geometric", 0.89, [0.86, 0.92, 0.88, 0.90], 1)  # differences 2 0 0 2: 0.01 apart
    far = candidate("soft", 0.87, [0.85, 0.89, 0.85, 0.89], 0)  # always 3 behind: the error is 0
    assert ensemble.choose([far, near, best], ACCURACY) is near
    assert ensemble.choose([far, best], ACCURACY) is best


def test_a_loss_is_better_when_lower() -> None:
    low, high = candidate("soft", 0.3, [0.3, 0.3], 0), candidate("hard", 0.9, [0.9, 0.9], 1)
    assert ensemble.choose([high, low], registry.get("log_loss")) is low


def test_one_member_is_offered_no_voter_that_learns_from_predictions_alone() -> None:
    auc, one, two = registry.get("roc_auc"), pool(members=1, n=20), pool(members=2, n=20)
    assert ensemble.candidates("auto", ACCURACY, one) == ["geometric", "hard", "soft", "svm"]
    assert ensemble.candidates("auto", auc, one) == ["geometric", "hard", "rank_mean", "soft", "svm"]
    assert set(ensemble.candidates("auto", auc, two)) == set(voters.names())


def test_auto_leaves_out_what_would_take_minutes() -> None:
    many, large = pool(members=2, n=20, k=200), pool(members=2, n=7000)
    assert "boosting" not in ensemble.candidates("auto", ACCURACY, many)
    assert ensemble.candidates("boosting", ACCURACY, many) == ["boosting"]
    assert "svm" in ensemble.candidates("auto", ACCURACY, many)
    assert "svm" not in ensemble.candidates("auto", ACCURACY, large)
    assert "svm" not in ensemble.candidates("auto", ACCURACY, replace(many, look=None))


def test_large_tables_are_held_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    two = pool(members=2, n=20)
    monkeypatch.setattr(ensemble, "LARGE", two.oof[0].size - 1)
    assert ensemble.candidates("auto", ACCURACY, two) == ["soft", "geometric"]
    assert ensemble.candidates("hill_climbing", ACCURACY, two) == ["hill_climbing"]


def test_a_single_fold_is_parted_by_groups() -> None:
    made = pool()
    parts = ensemble.parts(np.zeros(200, int), made.groups, seed=0)
    assert len(np.unique(parts)) == 5
    assert all(len(np.unique(parts[made.groups == g])) == 1 for g in np.unique(made.groups))
    assert (ensemble.parts(made.home, made.groups, seed=0) == made.home).all()


def test_auto_weighs_a_useless_member_down() -> None:
    made = pool(n=400)
    noise = np.random.default_rng(1).dirichlet(np.ones(3), (1, 400))
    with_noise = replace(
        made, oof=np.concatenate([made.oof[:1], noise, noise[:, ::-1], noise[:, ::3].repeat(3, 1)[:, :400]])
    )
    with_noise = replace(with_noise, names=list("abcd"), test=np.concatenate([made.test, made.test[:1]]))
    vote = ensemble.vote(with_noise, EnsembleParams(), ACCURACY, seed=0)
    soft = ACCURACY.function(made.labels, arithmetic_mean(with_noise.oof))
    assert ACCURACY.function(made.labels, vote.oof) > soft + 0.05
    weights = voters.load("weighted").fit(with_noise.oof, made.labels, Context(ACCURACY, made.groups)).weights
    assert weights[0] > 0.75


def test_voters_are_compared_as_they_would_be_published() -> None:
    """A member that is three times too sure: uncalibrated, stacking would win by learning just that."""
    loss, made = registry.get("log_loss"), pool(members=1, n=400)
    sure = made.oof**3 / (made.oof**3).sum(2, keepdims=True)
    made = replace(made, oof=sure)
    raw = {c.name: c.interval.score for c in ensemble.compare(made, ["soft", "stacking"], loss, 0)}
    told = ensemble.compare(made, ["soft", "stacking"], loss, 0, "auto")
    assert raw["stacking"] < raw["soft"] - 0.1
    assert ensemble.choose(told, loss).name == "soft"
    vote = ensemble.vote(made, EnsembleParams(voter="soft"), loss, seed=0)
    assert vote.calibration.kept and told[0].name == "soft"
    assert told[0].interval.score == vote.chosen.interval.score == loss.function(made.labels, vote.oof)


def test_the_table_and_the_words() -> None:
    made = pool()
    vote = ensemble.vote(made, EnsembleParams(voter="soft"), ACCURACY, seed=0)
    table = ensemble.table(vote, made, ACCURACY)
    assert [row["voter"] for row in table["voters"]] == ["soft"]
    assert len(table["members"]) == len(table["pairs"]) == 3
    assert ensemble.sentences(vote, made, ACCURACY)[0].startswith(
        "ensemble: soft vote of m0, m1, m2 x 5 folds"
    )


def _voted(found: list[ScoredVoter], chosen: ScoredVoter, oof: np.ndarray) -> Vote:
    n = len(oof)
    trial = attempt("none", oof, np.zeros(n, int), np.arange(n) % 2, np.arange(n), ACCURACY, 0)
    return Vote(chosen, found, trial, oof, oof)


def test_why_a_simpler_voter_was_not_chosen_names_the_paired_error() -> None:
    made = pool(members=1, n=20)
    best = candidate("geometric", 0.90, [0.88, 0.92], 1)
    far = candidate("soft", 0.87, [0.86, 0.88], 0)  # differences 0.02 and 0.04: an error of 0.01
    vote = _voted([far, best], best, made.oof[0])
    assert ensemble.reasons(vote, made, ACCURACY) == [
        "Simpler, but behind the best by more than the paired error: soft 0.0300 (error 0.0100)."
    ]
    row = ensemble.table(vote, made, ACCURACY)["voters"][0]
    assert row["behind"] == pytest.approx(0.03) and row["paired_error"] == pytest.approx(0.01)
    simple = _voted([far, best], far, made.oof[0])
    assert "soft is the simplest" in ensemble.reasons(simple, made, ACCURACY)[0]


def test_a_vote_below_its_best_member_says_so() -> None:
    made = pool(members=2, n=40)
    right = np.eye(3)[made.labels]
    made = replace(made, oof=np.stack([right, 1 / 3 + 0 * right]))
    only = candidate("soft", 0.9, [0.9, 0.9], 0)
    wrong = np.roll(right, 1, axis=1)
    assert ensemble.reasons(_voted([only], only, wrong), made, ACCURACY) == [
        "The vote (0.0000) is worse than its best member alone: m0 (1.0000)."
    ]
    assert ensemble.reasons(_voted([only], only, right), made, ACCURACY) == []
    alike = {True: np.array([0.5]), False: np.array([0.49999])}
    near = replace(ACCURACY, weighted=lambda _, oof, *__: alike[np.array_equal(oof, right)])
    assert ensemble.reasons(_voted([only], only, wrong), made, near) == []  # 0.5000 is not worse than 0.5000


def test_diversity_by_hand() -> None:
    made = pool(members=2, n=4, k=2)
    labels = np.array([0, 0, 1, 1])
    oof = np.eye(2)[np.array([[0, 0, 1, 0], [0, 1, 1, 1]])]  # one error each, on different images
    made = replace(made, labels=labels, oof=oof)
    pair = diversity.pairs(made)[0]
    assert pair["disagreement"] == 0.5
    assert pair["error_correlation"] == pytest.approx(-1 / 3)
    # Together: the tie on image 1 goes to class 0, which is right; that on image 3 too, which is wrong.
    assert diversity.adds(made, ACCURACY) == pytest.approx([0.0, 0.0])
