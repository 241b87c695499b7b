"""Label noise: the labeller's model finds flips, stays quiet on clean labels, and beats a threshold."""

import numpy as np
import pytest

from podium.folds.assign import assign
from podium.labels import auto, labeller, noise
from podium.labels.actions import POLICIES, overrule


def _clouds(n: int = 400, k: int = 4, spread: float = 0.4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % k
    return (np.eye(k, 10)[labels] + spread * draw.normal(size=(n, 10))).astype(np.float32), labels


def _flip(labels: np.ndarray, share: float, k: int = 4, seed: int = 1) -> np.ndarray:
    draw = np.random.default_rng(seed)
    flipped = labels.copy()
    rows = draw.choice(len(labels), int(share * len(labels)), replace=False)
    flipped[rows] = (labels[rows] + draw.integers(1, k, len(rows))) % k
    return flipped


def _find(vectors: np.ndarray, labels: np.ndarray) -> noise.Noise:
    ids = [str(i) for i in range(len(labels))]
    return noise.find(vectors, labels, assign(ids, labels, ids, 5, 0), 4)


def _f1(suspect: np.ndarray, wrong: np.ndarray) -> float:
    return 2 * (suspect & wrong).sum() / (suspect.sum() + wrong.sum())


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_flipped_labels_are_found_and_better_than_by_cleanlabs_default(share: float) -> None:
    from cleanlab.filter import find_label_issues

    ours, theirs = [], []
    for seed in range(3):
        vectors, labels = _clouds(seed=seed)
        given = _flip(labels, share, seed=seed + 10)
        found, wrong = _find(vectors, given), given != labels
        ours.append(_f1(found.suspect, wrong))
        theirs.append(_f1(find_label_issues(given, found.probs, n_jobs=1), wrong))
        assert found.quality[wrong].mean() < 0.5 < 0.9 < found.quality[~wrong].mean()
        assert (found.suggested[found.suspect & wrong] == labels[found.suspect & wrong]).mean() > 0.85
    assert (
        np.mean(ours) > 0.75 and np.mean(ours) > np.mean(theirs) - (share > 0.2) * 0.01
    )  # near the ceiling: even


def _table(n: int, k: int, mistakes: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(q, given, true) of a network that learnt people's mistakes: it foretells how often they err where."""
    draw = np.random.default_rng(seed)
    true = draw.integers(0, k, n)
    err = mistakes * draw.gamma(2, 0.5, n).clip(0, 0.85 / mistakes)  # harder images, more mistakes
    other = (true + draw.integers(1, k, n)) % k
    given = np.where(draw.random(n) < err, other, true)
    q = np.full((n, k), 0.01 / k) + draw.gamma(0.3, 0.01, (n, k))
    seen = err * np.exp(draw.normal(0, 0.4, n))
    q[np.arange(n), true] += 1 - seen.clip(0, 0.9)
    q[np.arange(n), other] += seen.clip(0, 0.9)
    return q / q.sum(1, keepdims=True), given, true


@pytest.mark.parametrize("mistakes", [0.1, 0.2])
def test_peoples_mistakes_that_a_network_foretells_are_found(mistakes: float) -> None:
    from cleanlab.filter import find_label_issues

    q, given, true = _table(4000, 6, mistakes, seed=2)
    wrong, found = given != true, noise.judge(q, given)
    differ = _f1(q.argmax(1) != given, wrong)
    assert _f1(found.suspect, wrong) >= max(differ, _f1(find_label_issues(given, q, n_jobs=1), wrong)) - 0.005
    assert labeller.believed(q, given).power > labeller.likeliest(q, given).power


def test_a_weak_network_on_clean_labels_is_not_believed() -> None:
    """Its mistakes lie where it doubts; the surest quarter of its decisions agrees with the labels."""
    vectors, labels = _clouds(n=1200, spread=0.6)
    ids = [str(i) for i in range(len(labels))]
    found = noise.find(vectors, labels, assign(ids, labels, ids, 5, 0), 4)
    assert (found.probs.argmax(1) != labels).mean() > 0.1
    assert found.suspect.mean() < 0.03


def test_clean_labels_are_left_alone() -> None:
    """What only the classifier's decision disputes is shown, and no policy touches it."""
    vectors, labels = _clouds(spread=0.3)
    found = _find(vectors, labels)
    assert (found.suspect <= (found.probs.argmax(1) != labels)).all() and found.suspect.mean() < 0.05
    for policy in POLICIES.values():
        done = policy(labels, found, 0.8)
        assert (done.action != "keep").mean() < 0.01 and (done.weight < 0.5).mean() < 0.01


def _foretold(n: int, k: int, rates: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(q, given, true): images are taken for a neighbouring class at `rates` (n,), and q says how often."""
    draw = np.random.default_rng(seed)
    true = draw.integers(0, k, n)
    other = true ^ 1
    given = np.where(draw.random(n) < rates, other, true)
    logits = np.log(np.full((n, k), 0.01 / k)) + 0.3 * draw.normal(size=(n, k))
    logits[np.arange(n), true] = np.log(1 - rates) + 0.3 * draw.normal(size=n)
    logits[np.arange(n), other] = np.log(rates) + 0.3 * draw.normal(size=n)
    q = np.exp(logits)
    return q / q.sum(1, keepdims=True), given, true


@pytest.mark.parametrize(
    ("kind", "share"), [("neighbours are taken for each other", 0.92), ("a few images are hard", 0.99)]
)
def test_suspects_where_the_network_foretells_every_mistake(kind: str, share: float) -> None:
    """Near or at what differs and cleanlab: also where no mistake is among the images it is surest of."""
    from cleanlab.filter import find_label_issues

    n = 4000
    hard = 0.1 * np.random.default_rng(5).gamma(0.4, 2.5, n).clip(0.001, 4.5)
    q, given, true = _foretold(n, 10, np.full(n, 0.35) if kind.startswith("neighbours") else hard, seed=3)
    wrong, found = given != true, noise.judge(q, given)
    others = q.argmax(1) != given, find_label_issues(given, q, n_jobs=1)
    assert _f1(found.suspect, wrong) >= share * max(_f1(other, wrong) for other in others)


def test_the_posterior_by_hand() -> None:
    """One sharp exponent, no noise seen: the posterior is q times T, normalised."""
    matrix = np.array([[0.9, 0.1], [0.2, 0.8]])
    joint = np.array([0.3, 0.7]) * matrix[:, 0]
    assert np.allclose(joint / joint.sum(), [27 / 41, 14 / 41])
    likelihood, learnt = labeller._fit(np.tile([0.999, 0.001], (500, 1)), np.repeat([0, 1], [450, 50]))
    assert abs(learnt[0, 1] - 0.1) < 0.02 and np.allclose(learnt.sum(1), 1)
    assert -0.5 < likelihood < 0


@pytest.mark.parametrize(
    ("wrong", "chosen"),
    [
        ([0.9, 0.8, 0.1, 0.0], [True, True, False, False]),
        ([0.0, 0.0], [False, False]),
        ([0.2, 0.2], [True, True]),
        ([], []),
    ],
)
def test_suspects_are_the_set_of_highest_expected_f1(wrong: list[float], chosen: list[bool]) -> None:
    assert noise.most_likely_wrong(np.array(wrong)).tolist() == chosen


def test_suspects_between_two_accounts() -> None:
    """By hand: one account says (.9, .1, 0), the other that the last two labels are wrong."""
    wrong, differ = np.array([0.9, 0.1, 0.0]), np.array([False, True, True])
    assert noise.most_likely_wrong(wrong, differ, 1.0).tolist() == [True, False, False]
    assert noise.most_likely_wrong(wrong, differ, 0.0).tolist() == [False, True, True]
    # halves: of the order 2, 3 and 1 or 1, 2 and 3, all three have (2 / 4 + 4 / 5) / 2, the best
    assert noise.most_likely_wrong(wrong, differ, 0.5).tolist() == [True, True, True]


def test_a_class_without_images_is_no_trouble() -> None:
    vectors, labels = _clouds()
    ids = [str(i) for i in range(len(labels))]
    found = noise.find(vectors, labels, assign(ids, labels, ids, 5, 0), 7)
    assert np.isfinite(found.quality).all() and found.suggested.max() < 4


def test_policies_do_what_their_names_say() -> None:
    vectors, labels = _clouds()
    given = _flip(labels, 0.2)
    found = _find(vectors, given)
    done = {name: policy(given, found, 0.8) for name, policy in POLICIES.items()}
    assert (done["report"].labels == given).all() and (done["report"].weight == 1).all()
    assert ((done["drop"].weight == 0) == (done["drop"].action == "drop")).all()
    changed = done["relabel"].labels != given
    assert changed.any() and (changed == (done["relabel"].action == "relabel")).all()
    assert (done["relabel"].labels == labels).mean() > (given == labels).mean()
    assert np.array_equal(done["weight"].weight, found.quality)


def test_the_users_word_overrules_every_policy() -> None:
    vectors, labels = _clouds()
    given = _flip(labels, 0.2)
    found = _find(vectors, given)
    row = int(np.flatnonzero(found.suspect)[0])
    user = np.full(len(labels), "", dtype="U7")
    user[row] = "keep"
    for policy in POLICIES.values():
        done = overrule(policy(given, found, 0.5), given, user)
        assert (done.action[row], done.labels[row], done.weight[row]) == ("keep", given[row], 1)
    user[row] = "drop"
    assert overrule(POLICIES["report"](given, found, 0.5), given, user).weight[row] == 0


@pytest.mark.slow
def test_auto_keeps_off_clean_labels_and_treats_noisy_ones() -> None:
    vectors, labels = _clouds(n=600, spread=0.7)
    ids = [str(i) for i in range(len(labels))]

    def choose(given: np.ndarray) -> auto.PolicyTrial:
        folds = assign(ids, given, ids, 5, 0)
        return auto.choose(ids, vectors, given, ids, folds, 4, 0.8, 0)

    assert choose(labels).policy == "report"
    trial = choose(_flip(labels, 0.4))
    assert set(trial.accuracy) == set(POLICIES)
    assert trial.accuracy[trial.policy] >= trial.accuracy["report"]
