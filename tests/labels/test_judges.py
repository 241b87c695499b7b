"""Judges beside the probe: the images most alike, and an earlier run, which ranks where it is named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from podium.experiments import earlier
from podium.experiments.earlier import Earlier
from podium.foundation.errors import UserError
from podium.labels import judges, noise
from podium.labels.judges import ALIKE, PROBE, TEACHER

REVISION = "a" * 40
CLASSES = ["cat", "dog"]


def test_the_images_most_alike_vote_and_an_images_own_duplicates_do_not() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [1, -0.1], [-1, 0], [-1, 0.1], [-1, -0.1]], np.float32)
    labels = np.array([1, 0, 0, 1, 1, 1])
    apart = judges.neighbours(vectors, labels, list("abcdef"), 2)
    assert apart.shape == (6, 2) and np.allclose(apart.sum(1), 1)
    twins = judges.neighbours(vectors, labels, list("aaadef"), 2)  # the first three are one picture
    votes = np.array([0.0, 3.0]) + np.bincount(labels, minlength=2) / 6
    assert twins[0] == pytest.approx(votes / votes.sum())


def test_more_images_than_may_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "ASKED", 34)
    monkeypatch.setattr(judges, "BLOCK", 7)
    labels = np.arange(100) % 2
    vectors = np.eye(2, dtype=np.float32)[labels] + 0.01 * np.arange(100, dtype=np.float32)[:, None] / 100
    found = judges.neighbours(vectors, labels, [str(i) for i in range(100)], 2)
    assert (found.argmax(1) == labels).all()


def run(ids: list[str], oof: np.ndarray) -> Earlier:
    return Earlier(REVISION, {}, {}, CLASSES, ids, oof.astype(np.float32), pd.DataFrame())


def test_the_earlier_runs_predictions_are_joined_by_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier, "read", lambda revision: run(["b", "a"], np.array([[0.25, 0.75], [1, 0]])))
    found = judges.taught(REVISION, ["a", "b", "new"], CLASSES)
    assert found[:2].tolist() == [[1, 0], [0.25, 0.75]] and np.isnan(found[2]).all()
    with pytest.raises(UserError, match=r"labels\.teacher: aaaaaaa knows other classes"):
        judges.taught(REVISION, ["a"], ["x", "y"])
    with pytest.raises(UserError, match=r"labels\.teacher: aaaaaaa predicts none of these images"):
        judges.taught(REVISION, ["c"], CLASSES)
    monkeypatch.setattr(earlier, "read", lambda revision: None)
    with pytest.raises(UserError, match=r"labels\.teacher: aaaaaaa holds no finished run that is here"):
        judges.taught(REVISION, ["a"], CLASSES)


def sure(labels: np.ndarray, probability: np.ndarray | float) -> np.ndarray:
    probs = np.repeat(1 - np.broadcast_to(np.asarray(probability), labels.shape)[:, None], 2, axis=1)
    probs[np.arange(len(labels)), labels] = probability
    return probs


def test_a_teacher_ranks_what_it_predicts_and_the_others_say_whether_they_agree() -> None:
    truth = np.arange(200) % 2
    given = truth.copy()
    given[:6] = 1 - given[:6]
    doubt = sure(truth, np.linspace(0.55, 0.99, 200))  # least sure of the wrong ones: as people err
    teacher = doubt.copy()
    teacher[150:] = np.nan
    none, right = np.zeros(200, bool), np.full(200, 0.9)  # a probe that believes every label
    first = noise.Noise(none, right, 1 - given, 1 - right, sure(given, 0.95))
    near = sure(np.where(np.arange(200) < 3, truth, given), 0.9)
    found = judges.judge(first, given, near, teacher)
    assert np.flatnonzero(found.noise.suspect).tolist() == [0, 1, 2, 3, 4, 5]
    assert found.accusers[0] == f"{ALIKE}, {TEACHER}" and found.accusers[4] == TEACHER
    assert PROBE not in "".join(found.accusers)
    assert (found.noise.quality[150:] == first.quality[150:]).all()
    assert "a linear classifier 0.0%, the images most like it 1.5%" in found.sentences[0]
    alone = judges.judge(first, given, near, None)
    assert alone.noise is first and TEACHER not in "".join(alone.accusers)


def test_flips_are_cut_as_before_by_a_trusted_network() -> None:
    draw = np.random.default_rng(0)
    truth = np.arange(2000) % 4
    given = np.where(draw.random(2000) < 0.1, (truth + draw.integers(1, 4, 2000)) % 4, truth)
    logits = 3.0 * np.eye(4)[truth] + draw.normal(size=(2000, 4))
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    plain, trusted = (noise.judge(probs, given, trusted=trust) for trust in (False, True))
    assert (plain.suspect == trusted.suspect).all() and (plain.quality == trusted.quality).all()
    assert replace(plain, probs=probs).suspect.sum() > 100


def test_a_trusted_network_that_often_differs_is_not_taken_at_its_word() -> None:
    labels = np.arange(400) % 2
    probs = sure(labels, np.r_[np.full(160, 0.45), np.full(240, 0.9)])  # differs from 40 %
    assert noise.judge(probs, labels, trusted=True).suspect.sum() == noise.judge(probs, labels).suspect.sum()
