"""Are the folds trained? What params say, and what one fold showed."""

import numpy as np
import pytest

from podium.networks.params import NetworkParams
from podium.selection import deciding
from podium.training.params import TrainParams


@pytest.mark.parametrize(
    ("effort", "network", "train", "verdict"),
    [
        ("auto", {}, {}, "ask"),
        ("high", {}, {}, "ask"),
        ("probe", {}, {}, "spare"),
        ("probe", {"model": "resnet18"}, {"epochs": 3}, "spare"),
        ("auto", {"model": "resnet18"}, {}, "train"),
        ("auto", {"freeze": "head"}, {}, "train"),
        ("auto", {}, {"epochs": 3}, "train"),
    ],
)
def test_what_was_named_is_trained(effort: str, network: dict, train: dict, verdict: str) -> None:
    assert deciding.asked(effort, NetworkParams(**network), TrainParams(**train))[0] == verdict


def trial(
    probe: float,
    network: float,
    averaged: tuple[float, float, float] = (0.0, 0.0, 0.0),
    n: int = 200,
    seen: float = 9,
) -> deciding.Trial:
    """Logits that are sure of the right class by so much, with noise; `seen` on images that were learnt.

    `averaged`: what averaging adds to probes, network and both.
    """
    draw = np.random.default_rng(0)
    labels = np.arange(n) % 3
    given = np.eye(3)[labels]
    one, two, three = (sure * given + draw.normal(size=(n, 3)) for sure in (probe, network, seen))
    held, learnt = deciding.Judged(two, given), deciding.Judged(three, given)
    groups = [str(row) for row in range(n)]
    adds = dict(zip(("probe", "network", "both"), averaged, strict=True))
    plan = deciding.Plan([0], 96, "head", 2)
    found, losses = deciding.judge(plan, one, held, learnt, groups, adds, "softmax")
    assert found.gain == pytest.approx(found.probe - losses.mean())
    return found


def test_a_better_network_is_trained_and_a_worse_one_is_not() -> None:
    assert trial(1, 4).pays
    assert not trial(4, -1).pays


def test_a_network_that_is_alike_but_errs_elsewhere_pays_beside_the_probe() -> None:
    found = trial(2, 2)
    assert found.both < min(found.probe, found.network) and found.pays


def test_what_averaging_adds_counts() -> None:
    without, with_it = trial(4, 1.5), trial(4, 1.5, averaged=(0.0, 5.0, 0.0))
    assert not without.pays and with_it.pays and with_it.averaging == 5.0


def test_what_averaging_adds_to_the_probes_too_decides_nothing() -> None:
    assert not trial(4, 1.5, averaged=(5.0, 5.0, 5.0)).pays


def test_of_two_votes_that_is_taken_which_is_better_once_averaged() -> None:
    alone, averaged = trial(2, 2), trial(2, 2, averaged=(0.0, 5.0, 0.0))
    assert alone.gain == pytest.approx(alone.probe - alone.both)
    assert averaged.gain == pytest.approx(averaged.probe - averaged.network)


@pytest.mark.parametrize(
    ("network", "both", "gain", "doubtful"),
    [
        (0.5, 0.6, 0.0, True),  # 0.125 from averaging may still come
        (0.5, 0.6, -0.1, False),
        (0.5, 0.4, 0.0, False),  # beside the probes a quarter of that
        (0.5, 0.4, 0.08, True),
        (0.5, 0.4, 0.12, False),  # it pays already
    ],
)
def test_a_trial_is_doubtful_where_averaging_could_turn_it(
    network: float, both: float, gain: float, doubtful: bool
) -> None:
    found = trial(2, 2).model_copy(update={"network": network, "both": both, "gain": gain, "error": 0.1})
    assert deciding.doubtful(found) is doubtful
    assert not deciding.doubtful(found.model_copy(update={"folds": [0, 1]}))


def test_a_network_that_has_not_learnt_its_own_images_is_unfinished_where_it_pays() -> None:
    assert trial(1, 3, seen=3).unfinished and not trial(1, 3, seen=9).unfinished
    assert not trial(4, -1, seen=-1).unfinished
    assert not trial(1, 9, seen=6).unfinished  # more than half of almost nothing


def test_twice_the_epochs_pay_by_a_share_of_the_loss_beyond_the_error() -> None:
    draw, groups = np.random.default_rng(0), [str(row) for row in range(400)]
    before = draw.uniform(0.5, 1.5, 400)
    assert deciding.pays_twice(before, 0.7 * before, groups)
    assert not deciding.pays_twice(before, 0.97 * before, groups)
    loud = np.where(np.arange(400) % 2, -8.0, 8.0)
    assert not deciding.pays_twice(before, 0.7 * before + loud, groups)


def test_averaging_gains_what_members_disagree() -> None:
    draw = np.random.default_rng(0)
    truth = draw.normal(size=(500, 4))
    alike = np.stack([truth, truth])
    apart = truth + draw.normal(size=(5, 500, 4))
    assert deciding.averaging(alike, "softmax", 5) == pytest.approx(0, abs=1e-9)
    assert deciding.averaging(apart[:1], "softmax", 5) == 0
    function = deciding.LINKS["softmax"]
    vote = apart.mean(0)
    wanted = function.predictions(vote)
    true = np.mean([function.losses(one, wanted) - function.losses(vote, wanted) for one in apart])
    few = np.mean([deciding.averaging(apart[[i, j]], "softmax", 5) for i in range(5) for j in range(i)])
    assert few == pytest.approx(true, rel=0.15)


def test_the_sentence_tells_of_averaging_only_what_is_known() -> None:
    one = trial(1, 4)
    assert "averaging" not in deciding.sentence(one)
    assert "no averaging" in deciding.sentence(trial(4, -1))
    assert "to add +0.0000 more" in deciding.sentence(one.model_copy(update={"folds": [0, 1]}))


def test_the_sentence_tells_both_losses_and_the_error() -> None:
    told = deciding.sentence(trial(1, 4), [trial(1, 2)])
    assert told.count("after 2 epochs") == 2
    assert "after 1 epoch," in deciding.sentence(trial(1, 4).model_copy(update={"epochs": 1}))
    assert (
        "frozen up to head, has a loss of" in told
        and told.count("at 96 pixels") == 2
        and "±" in told
        and told.startswith("the folds are")
    )
