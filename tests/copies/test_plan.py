"""How many copies each image gets: worked by hand, and what holds for any training set."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.copies.plan import automatic, plan
from podium.foundation.errors import UserError

CLASSES = ["cat", "dog", "owl"]


def table(labels: list[int], trains: list[bool] | None = None) -> pd.DataFrame:
    ids = [f"train/{i}.png" for i in range(len(labels))]
    return pd.DataFrame(
        {"image_id": ids, "label": labels, "digest": [f"{i * 7919:064x}" for i in range(len(labels))],
         "trains": trains or [True] * len(labels)}
    )  # fmt: skip


def test_a_class_is_brought_to_its_number_evenly() -> None:
    made = plan(table([0] * 4 + [1] * 3), CLASSES, 10, {}, "keep", seed=0)
    assert sorted(made.copies[:4]) == [1, 1, 2, 2] and sorted(made.copies[4:]) == [2, 2, 3]
    assert made.targets == {0: 10, 1: 10}


def test_max_balances_to_the_largest_class() -> None:
    made = plan(table([0] * 5 + [1] * 2), CLASSES, "max", {}, "keep", seed=0)
    assert made.copies.tolist()[:5] == [0] * 5 and sorted(made.copies[5:]) == [1, 2]


def test_a_class_above_its_number_is_kept_or_thinned() -> None:
    kept = plan(table([0] * 9), CLASSES, 4, {}, "keep", seed=0)
    assert not kept.thinned.any() and not kept.copies.any()
    thin = plan(table([0] * 9), CLASSES, 4, {}, "thin", seed=0)
    assert thin.thinned.sum() == 5 and not thin.copies.any()


def test_an_exception_has_its_own_number() -> None:
    made = plan(table([0] * 4 + [1] * 4), CLASSES, 0, {"dog": 6}, "thin", seed=0)
    assert made.copies.sum() == 2 and not made.copies[:4].any() and not made.thinned.any()


def test_an_unknown_class_in_exceptions_is_refused() -> None:
    with pytest.raises(UserError) as error:
        plan(table([0]), CLASSES, 0, {"dogg": 6}, "keep", seed=0)
    assert str(error.value) == "params.yaml: augment.exceptions: dogg is no class; did you mean dog."


def test_the_rule_by_hand() -> None:
    """300 images: 2,000 // 300 = 6, at most 4 copies each. 2,000 images: one. 25,000: none, but balance."""
    assert automatic({0: 150, 1: 150}) == {0: 750, 1: 750}
    assert automatic({0: 1000, 1: 1000}) == {0: 2000, 1: 2000}
    assert automatic({0: 10_000, 1: 10_000}) == {0: 20_000, 1: 20_000}
    assert automatic({0: 24_900, 1: 100}) == {0: 24_900, 1: 500}
    assert automatic({0: 20_000, 1: 5000}) == {0: 20_000, 1: 10_000}
    assert automatic({}) == {}


sets = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(sets, st.integers(0, 40), st.integers(0, 99))
def test_evenness_and_hold_outs(images: list[tuple[int, bool]], n: int, seed: int) -> None:
    frame = table([label for label, _ in images], [trains for _, trains in images])
    made = plan(frame, CLASSES, n, {}, "thin", seed)
    trains = frame["trains"].to_numpy()
    assert not made.copies[~trains].any() and not made.thinned[~trains].any()
    for label in range(3):
        mine = trains & (frame["label"] == label).to_numpy()
        if mine.any() and n:
            assert (mine & ~made.thinned).sum() + made.copies[mine].sum() == n
            assert np.ptp(made.copies[mine]) <= 1


@settings(max_examples=40, deadline=None)
@given(sets, st.integers(0, 40), st.integers(0, 40), st.randoms(use_true_random=False))
def test_raising_a_number_takes_no_copy_away_and_order_does_not_matter(
    images: list[tuple[int, bool]], low: int, more: int, shuffler: object
) -> None:
    frame = table([label for label, _ in images], [trains for _, trains in images])
    before = plan(frame, CLASSES, low, {}, "keep", seed=1)
    after = plan(frame, CLASSES, low + more, {}, "keep", seed=1)
    assert (after.copies >= before.copies).all()
    order = list(range(len(frame)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    again = plan(frame.iloc[order].reset_index(drop=True), CLASSES, low, {}, "keep", seed=1)
    assert again.copies.tolist() == before.copies[order].tolist()
