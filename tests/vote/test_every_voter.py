"""What holds of every voter, each new file in podium/vote/voters by itself: sums, ties, orders, its graph."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.tasks.kinds.single import TASK as SINGLE
from podium.vote import ensemble
from podium.vote import voter as voters
from podium.vote.calibration import Calibration
from podium.vote.graph import MEANS
from podium.vote.voter import Combine, Probs
from tests.vote.cases import pool

ACCURACY = registry.get("accuracy")
CALIBRATION = Calibration(1.7, np.array([1.0, 2.0, 0.5]))
every = pytest.mark.parametrize("name", voters.names())


def vote(name: str, made: ensemble.Pool) -> Combine:
    """Learnt from the pool's out-of-fold predictions, ready for its test images."""
    assert made.look
    return voters.ready(ensemble.learnt(name, made, ACCURACY, seed=0), made.look(made.test_ids))


def proper(probs: Probs) -> bool:
    return bool(np.isfinite(probs).all() and (probs >= 0).all() and np.allclose(probs.sum(-1), 1))


@every
def test_no_image_is_voted_on_by_what_its_label_taught(name: str) -> None:
    made = pool(n=80, folds=2)
    voter, context = voters.load(name), ensemble.context(name, made, ACCURACY, 0)
    before = ensemble.nested(voter, made.oof, made.labels, made.home, context)
    lies = np.where(made.home == 1, (made.labels + 1) % 3, made.labels)
    after = ensemble.nested(voter, made.oof, lies, made.home, context)
    assert (before[made.home == 1] == after[made.home == 1]).all()
    if voter.FITTED:
        learnt = voters.ready(voter.fit(made.oof, made.labels, context), context.features)
        assert learnt(made.oof) != pytest.approx(before)


@every
def test_votes_are_probabilities(name: str) -> None:
    made = pool(n=120)
    voted = ensemble.on_test(voters.load(name), vote(name, made), lambda probs: probs, made.test)
    assert voted.shape == (30, 3) and proper(voted)


@every
def test_a_large_table_is_voted_on_part_by_part_and_to_the_same_result(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pool(n=120)
    stored, combine = made.test.astype(np.float32), vote(name, made)
    whole = ensemble.on_test(voters.load(name), combine, CALIBRATION, stored.astype(np.float64))
    assert (ensemble.on_test(voters.load(name), combine, CALIBRATION, stored) == whole).all()
    sizes = []

    def counted(probs: Probs) -> Probs:
        sizes.append(probs.shape[1])
        return combine(probs)

    monkeypatch.setattr(ensemble, "LARGE", 0)
    monkeypatch.setattr(ensemble, "CELLS", 3 * 5 * 3 * 7)  # seven images
    parted = ensemble.on_test(voters.load(name), counted, CALIBRATION, stored)
    assert parted == pytest.approx(whole, abs=1e-12)
    assert set(sizes) == ({7, 2} if voters.row_by_row(voters.load(name)) else {30})


@every
def test_certain_and_empty_members_make_no_hole(name: str) -> None:
    made = pool(n=90)
    certain = np.eye(3)[made.test.argmax(-1)]
    assert proper(vote(name, replace(made, oof=np.eye(3)[made.oof.argmax(-1)]))(certain[:, 0]))


@every
def test_a_class_that_nothing_was_learnt_of_makes_no_hole(name: str) -> None:
    made = pool(n=90)
    assert proper(
        vote(name, replace(made, labels=np.where(made.labels == 1, 2, made.labels)))(made.test[:, 0])
    )


@every
def test_images_that_are_alike_get_the_same_vote_in_any_order(name: str) -> None:
    made = pool(n=90)
    assert made.look
    seen = made.look(made.test_ids)
    learnt = ensemble.learnt(name, made, ACCURACY, seed=0)
    rows = np.r_[np.arange(30), 4, 4]  # image 4 stands there three times
    order = np.random.default_rng(0).permutation(len(rows))
    voted = voters.ready(learnt, seen[rows])(made.test[:, 0][:, rows])
    turned = voters.ready(learnt, seen[rows[order]])(made.test[:, 0][:, rows[order]])
    assert turned == pytest.approx(voted[order], abs=1e-12)
    assert voted[4] == pytest.approx(voted[30], abs=1e-12) and voted[4] == pytest.approx(voted[31], abs=1e-12)


@every
def test_between_equal_classes_the_lowest_wins_where_nothing_is_learnt(name: str) -> None:
    if voters.load(name).FITTED:
        return  # what it learnt may well prefer one of them
    probs = np.tile([0.2, 0.4, 0.4], (3, 5, 1))
    voted = vote(name, pool(n=30))(np.concatenate([probs, np.full((3, 5, 3), 1 / 3)], 1))
    assert voted[:5].argmax(1).tolist() == [1] * 5
    assert voted[5:, 0] == pytest.approx(voted[5:].max(1))


@every
def test_the_same_seed_learns_the_same(name: str) -> None:
    made = pool(n=90)
    assert (vote(name, made)(made.test[:, 0]) == vote(name, made)(made.test[:, 0])).all()


@every
def test_its_graph_gives_what_it_gives_or_says_why_there_is_none(name: str, tmp_path: Path) -> None:
    import torch

    from podium.export import engines, graphs

    voter, made = voters.load(name), pool(n=120)
    if reason := graphs.without_graph(voter):
        with pytest.raises(UserError, match=f"the {name} vote {reason} and cannot be exported: set"):
            graphs.VoteGraph(name, lambda probs: probs[0], CALIBRATION, SINGLE)
        return
    assert voter.merge_folds in MEANS, "a merge_folds of its own has no graph: set NO_GRAPH"
    learnt = ensemble.learnt(name, made, ACCURACY, seed=0)
    example, inputs, features = {"probs": torch.tensor(made.test[:, :, :4])}, [made.test], None
    if voters.needs_features(voter):
        assert made.look
        features = made.look(made.test_ids)
        example["features"], inputs = torch.tensor(features[:4]), [*inputs, features]
    wanted = ensemble.on_test(voter, voters.ready(learnt, features), CALIBRATION, made.test)
    rows = {one: graphs.VOTED[one] for one in example}
    for suffix in engines.SUFFIXES.values():
        file = tmp_path / f"vote{suffix}"
        graphs.write(graphs.VoteGraph(name, learnt, CALIBRATION, SINGLE), example, file, rows)
        found = engines.graph(file, "cpu")(inputs)  # 30 rows, not 4
        assert found == pytest.approx(wanted, abs=1e-9)
    assert wanted.std() > 0.1


def test_the_simplest_come_first_and_equal_ones_by_name() -> None:
    order, known = voters.by_complexity(), ["soft", "geometric", "hard", "rank_mean", "boosting"]
    assert [name for name in order if name in known] == known  # a new voter may stand between them
    assert sorted(order) == voters.names()
