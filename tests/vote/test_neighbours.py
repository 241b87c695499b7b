"""Look-alikes and class means: by hand, and as a member that votes where it pays."""

from dataclasses import replace

import numpy as np
import pytest

from podium.experiments.runs import Pool
from podium.metrics.registry import get
from podium.vote import neighbours

K, EACH, D, T, FOLDS = 24, 6, 32, 24, 2
N = K * EACH


def vectors(spread: float) -> np.ndarray:
    """(N + T, d) images of K classes, EACH in a row, then one test image a class."""
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(K, D))
    of = np.concatenate([np.repeat(np.arange(K), EACH), np.arange(K)])
    return (centres[of] + spread * generator.normal(size=(N + T, D))).astype(np.float32)


def pool(seen: np.ndarray) -> Pool:
    """Members that know nothing; `seen` is what look-alikes are judged by."""
    ids = [f"i{i:04d}" for i in range(N)]
    tests = [f"t{i:04d}" for i in range(T)]
    place = {name: row for row, name in enumerate([*ids, *tests])}
    guess = np.random.default_rng(1).dirichlet(np.ones(K), N + T)
    return Pool(
        names=["probe"], ids=ids, labels=np.repeat(np.arange(K), EACH), home=np.arange(N) % FOLDS,
        groups=np.arange(N), oof=guess[None, :N], test_ids=tests,
        test=np.repeat(guess[None, None, N:], FOLDS, 1),
        look=lambda names: seen[[place[name] for name in names]],
    )  # fmt: skip


@pytest.mark.parametrize("metric", ["map_at_5", "accuracy"])
def test_they_join_where_they_pay(metric: str) -> None:
    made, told = neighbours.joined(pool(vectors(0.3)), "auto", False, get(metric), 0)
    assert made.names == ["probe", "neighbours"] and "join the vote" in told[0]
    assert made.oof.shape == (2, N, K) and made.test.shape == (2, FOLDS, T, K)
    assert np.allclose(made.oof[1].sum(1), 1) and (made.oof[1] > 0).all()
    assert (made.oof[1].argmax(1) == made.labels).mean() > 0.9
    assert (made.test[1].mean(0).argmax(1) == np.arange(K)).mean() > 0.9


def test_they_do_not_where_vectors_tell_nothing() -> None:
    noise = np.random.default_rng(2).normal(size=(N + T, D)).astype(np.float32)
    made, told = neighbours.joined(pool(noise), "auto", False, get("map_at_5"), 0)
    assert made.names == ["probe"] and told[0].endswith("not kept.")


@pytest.mark.parametrize("judge", neighbours.JUDGES)
def test_no_image_judges_one_of_its_fold(judge: str) -> None:
    """Every image has a twin, always in its own fold: who saw it would be right on each."""
    generator = np.random.default_rng(3)
    seen = np.repeat(generator.normal(size=((N + T) // 2, D)), 2, axis=0).astype(np.float32)
    made = replace(pool(seen), home=np.arange(N) // 2 % FOLDS)
    trial = neighbours._tried(judge, made, neighbours.centred(seen, N), get("accuracy"), 0)
    assert (trial.oof.argmax(1) == made.labels).mean() < 0.3


def test_they_are_for_many_small_classes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pool(vectors(0.3))
    few = replace(whole, labels=whole.labels % 2)
    for made in (few, replace(whole, look=None)):
        assert neighbours.joined(made, "auto", False, get("accuracy"), 0) == (made, [])
    assert neighbours.joined(whole, "none", False, get("accuracy"), 0) == (whole, [])
    assert neighbours.joined(whole, "auto", True, get("accuracy"), 0) == (whole, [])
    monkeypatch.setattr(neighbours, "MOST_CELLS", N * K)
    same, told = neighbours.joined(whole, "auto", False, get("accuracy"), 0)
    assert same is whole and told[0].startswith("neighbours: 24 small classes, not tried: 4,608 cells of")


@pytest.mark.parametrize("cells", [1, 1 << 24])
def test_both_judges_by_hand(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CELLS", cells)  # one row at a time, and all at once
    known = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    asked = np.array([[1, 0], [0.6, 0.8]], np.float32)
    labels, near = np.array([0, 1, 1]), np.exp(-1 / neighbours.WARMTH)
    alike = neighbours._alike(asked, known, labels, 3)
    votes = np.array([1, 2 * near, 0]) / (1 + 2 * near)
    assert alike[0] == pytest.approx((1 - neighbours.PRIOR) * votes + neighbours.PRIOR / 3)
    means = neighbours._means(asked, known, labels, 3)
    ratio = np.exp((0.8 - 0.6) / neighbours.WARMTH)
    assert means[1, 1] / means[1, 0] == pytest.approx(ratio, rel=0.01)
    assert means[1, 2] == pytest.approx(neighbours.PRIOR / 3)
