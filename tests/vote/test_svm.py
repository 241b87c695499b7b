"""The SVM looks at images, learns from those it is given and from nothing else, and knows how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from podium.linear import svm
from podium.metrics import registry
from podium.vote import ensemble
from podium.vote import voter as voters
from podium.vote.voter import Context
from tests.vote.cases import pool

ACCURACY = registry.get("accuracy")


def accuracy(made: ensemble.Pool, voter: str) -> float:
    oof = ensemble.compare(made, [voter], ACCURACY, seed=0)[0].oof
    return ACCURACY.function(made.labels, oof)


def test_it_sees_what_the_members_do_not() -> None:
    made = pool(members=1, n=300)
    blind = replace(made, oof=np.full_like(made.oof, 1 / 3))
    assert accuracy(blind, "soft") < 0.5
    assert accuracy(blind, "svm") > 0.75
    assert accuracy(made, "svm") > accuracy(made, "soft") + 0.05  # both together


def test_held_out_images_shape_nothing_not_even_the_scale() -> None:
    made = pool(members=2, n=120, folds=2)
    voter, context = voters.load("svm"), ensemble.context("svm", made, ACCURACY, 0)
    assert context.features is not None
    far = (made.home == 1) & (np.arange(120) >= 60)
    other = np.where(far[:, None], 50 + 30 * context.features, context.features).astype(np.float32)
    before, after = (
        ensemble.nested(voter, made.oof, made.labels, made.home, replace(context, features=seen))
        for seen in (context.features, other)
    )
    same = (made.home == 1) & ~far  # judged beside the moved images by what fold 0 taught
    assert same.sum() > 20 and (before[same] == after[same]).all()
    assert (before[far] != after[far]).any() and (before[made.home == 0] != after[made.home == 0]).any()


def test_features_go_with_their_own_images() -> None:
    made = pool(members=1, n=200, tests=40)
    assert made.look
    combine = voters.load("svm").fit(made.oof, made.labels, ensemble.context("svm", made, ACCURACY, 0))
    order = np.random.default_rng(3).permutation(40)
    features, probs = made.look(made.test_ids), made.test[:, 0]
    straight = voters.ready(combine, features)(probs)
    assert voters.ready(combine, features[order])(probs[:, order]) == pytest.approx(straight[order])
    assert voters.ready(combine, features[order])(probs) != pytest.approx(straight)


def test_a_class_without_a_training_image_gets_nothing() -> None:
    made = pool(members=1, n=80)
    known = made.labels != 1
    context = ensemble.context("svm", made, ACCURACY, 0)
    learnt = voters.load("svm").fit(made.oof[:, known], made.labels[known], context.of(known))
    voted = voters.ready(learnt, context.features)(made.oof)
    assert (voted[:, 1] == 0).all() and voted.sum(1) == pytest.approx(np.ones(80))


def test_one_class_alone_is_certain() -> None:
    made = pool(members=1, n=20, k=2)
    labels = np.zeros(20, int)
    learnt = voters.load("svm").fit(made.oof, labels, ensemble.context("svm", made, ACCURACY, 0))
    assert isinstance(learnt, voters.FeatureVote) and made.look
    assert learnt.on(made.look(made.ids))(made.oof)[:, 0] == pytest.approx(np.ones(20))


def test_noise_that_separates_the_training_rows_is_not_believed() -> None:
    """The sigmoids are fitted on held-out margins: on the SVM's own rows they would promise certainty."""
    generator = np.random.default_rng(0)
    inputs, labels = generator.normal(size=(90, 400)), np.arange(90) % 2
    vectors, biases = svm.margins(inputs, labels, 2, 1e-1, 0)
    assert ((inputs @ vectors.T + biases).argmax(1) == labels).all()
    probs = svm.fit(inputs, labels, np.arange(90), 2, 1e-1, 0)(generator.normal(size=(200, 400)))
    assert abs(probs - 0.5).mean() < 0.2


def test_platt_finds_the_sigmoid_that_made_the_labels() -> None:
    generator = np.random.default_rng(0)
    margin = generator.normal(size=20_000)
    labels = (generator.random(20_000) < 1 / (1 + np.exp(-(2 * margin - 1)))).astype(int)
    slopes, offsets = svm.platt(np.stack([-margin, margin], 1), labels)
    assert slopes[1] == pytest.approx(2, abs=0.1) and offsets[1] == pytest.approx(-1, abs=0.1)


def test_a_group_shares_an_inner_fold_and_folds_are_alike() -> None:
    groups = np.repeat(np.arange(30), 3) * 7
    inner = svm.inner_folds(groups, seed=0)
    assert all(len(set(inner[groups == g])) == 1 for g in np.unique(groups))
    assert np.bincount(inner).tolist() == [30, 30, 30]


def test_other_voters_get_no_features() -> None:
    made = pool()
    assert ensemble.context("soft", made, ACCURACY, 0).features is None
    assert Context(ACCURACY, made.groups).of(made.home == 0).features is None
