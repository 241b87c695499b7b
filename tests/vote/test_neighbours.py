"""Look-alikes and class means: by hand, and as a member that votes where it pays."""

from dataclasses import replace

import numpy as np
import pytest

from podium.experiments.runs import Pool
from podium.metrics.registry import get
from podium.vote import judges, neighbours

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
    made, told, _ = neighbours.joined(pool(vectors(0.3)), "auto", get(metric), 0)
    assert made.names == ["probe", "neighbours"] and "join the vote" in told[0]
    assert made.oof.shape == (2, N, K) and made.test.shape == (2, FOLDS, T, K)
    assert np.allclose(made.oof[1].sum(1), 1) and (made.oof[1] > 0).all()
    assert (made.oof[1].argmax(1) == made.labels).mean() > 0.9
    assert (made.test[1].mean(0).argmax(1) == np.arange(K)).mean() > 0.9


def test_they_do_not_where_vectors_tell_nothing() -> None:
    noise = np.random.default_rng(2).normal(size=(N + T, D)).astype(np.float32)
    made, told, _ = neighbours.joined(pool(noise), "auto", get("map_at_5"), 0)
    assert made.names == ["probe"] and told[0].endswith("not kept.")


@pytest.mark.parametrize("way", judges.WAYS)
def test_no_image_judges_one_of_its_fold(way: str) -> None:
    """Every image has a twin, always in its own fold: who saw it would be right on each."""
    generator = np.random.default_rng(3)
    seen = np.repeat(generator.normal(size=((N + T) // 2, D)), 2, axis=0).astype(np.float32)
    made = replace(pool(seen), home=np.arange(N) // 2 % FOLDS)
    trial, _ = neighbours._tried(way, made, seen, seen[:N].mean(0), get("accuracy"), 0)
    assert (trial.oof.argmax(1) == made.labels).mean() < 0.3


def test_they_are_for_many_small_classes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pool(vectors(0.3))
    few = replace(whole, labels=whole.labels % 2)
    for made in (few, replace(whole, look=None)):
        assert neighbours.joined(made, "auto", get("accuracy"), 0) == (made, [], None)
    assert neighbours.joined(whole, "none", get("accuracy"), 0) == (whole, [], None)
    monkeypatch.setattr(neighbours, "MOST_CELLS", N * K)
    same, told, _ = neighbours.joined(whole, "auto", get("accuracy"), 0)
    assert same is whole and told[0].startswith("neighbours: 24 small classes, not tried: 4,608 cells of")


@pytest.mark.parametrize("cells", [1, 1 << 24])
def test_both_judges_by_hand(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "CELLS", cells)  # one row at a time, and all at once
    known = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    asked = np.array([[1, 0], [0.6, 0.8]], np.float32)
    labels, near = np.array([0, 1, 1]), np.exp(-1 / judges.WARMTH)
    alike, means = (judges.judge(way, asked, known, labels, 3) for way in judges.WAYS)
    votes = np.array([1, 2 * near, 0]) / (1 + 2 * near)
    assert alike[0] == pytest.approx((1 - judges.PRIOR) * votes + judges.PRIOR / 3)
    ratio = np.exp((0.8 - 0.6) / judges.WARMTH)
    assert means[1, 1] / means[1, 0] == pytest.approx(ratio, rel=0.01)
    assert means[1, 2] == pytest.approx(judges.PRIOR / 3)


def test_the_last_that_votes_is_no_step() -> None:
    """A hair nearer or farther than the last that votes, and the answer moves by a hair."""
    angles = np.concatenate([np.linspace(0, 0.3, judges.COUNT - 1), [0.5, 0.5, 1.5]])
    labels = np.concatenate([np.zeros(judges.COUNT - 1, int), [1, 2, 1]])
    asked = np.array([[1, 0]], np.float32)
    said = []
    for angle in (0.5 - 1e-5, 0.5 + 1e-5):
        angles[-2] = angle
        known = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
        said.append(judges.judge("the images most alike", asked, known, labels, 3)[0])
    assert said[0] == pytest.approx(said[1], abs=1e-4)
    assert said[0][2] > 0.001  # it counts as much as its equal


@pytest.mark.parametrize("way", judges.WAYS)
def test_what_a_bundle_keeps_judges_as_the_run_did(way: str) -> None:
    seen, labels = vectors(0.3), np.repeat(np.arange(K), EACH)
    folds = [np.arange(N) % FOLDS != fold for fold in range(FOLDS)]
    centre = seen[:N].mean(0)
    known, asked = judges.from_centre(seen[:N], centre), judges.from_centre(seen[N:], centre)
    made = judges.alike(way, centre, known, labels, folds, K)
    kept = judges.of_arrays(made.arrays, K)
    wanted = np.stack([judges.judge(way, asked, known[rest], labels[rest], K) for rest in folds])
    assert kept(seen[N:]) == pytest.approx(wanted, abs=1e-6)
    one_by_one = np.concatenate([kept(seen[i : i + 1]) for i in range(N, N + T)], 1)
    assert one_by_one == pytest.approx(wanted, abs=1e-6)
