"""Merging views: by hand, and rows that are probabilities whatever the logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from podium.tta.merge import MERGES, merge

LOGITS = np.log(np.array([[[0.8, 0.2]], [[0.2, 0.8]], [[0.6, 0.4]]]))  # three views of one image


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean", [1.6 / 3, 1.4 / 3]),
        ("gmean", [0.096 ** (1 / 3) / (0.096 ** (1 / 3) + 0.064 ** (1 / 3)), None]),
        ("max", [0.5, 0.5]),
    ],
)
def test_probabilities_by_hand(how: str, expected: list[float]) -> None:
    assert merge(LOGITS, how)[0, 0] == pytest.approx(expected[0])


def test_logits_by_hand() -> None:
    two = np.array([[[1.0, 0.0]], [[3.0, 0.0]]])
    assert merge(two, "mean", "logits")[0, 0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert merge(two, "max", "logits")[0, 0] == pytest.approx(1 / (1 + np.exp(-3)))


@given(
    arrays(np.float32, (3, 4, 5), elements=st.floats(-1e4, 1e4, width=32)),
    st.sampled_from(
        [(how, of) for how in MERGES for of in ("probs", "logits") if (how, of) != ("gmean", "logits")]
    ),
)
def test_rows_are_probabilities_and_the_order_of_views_does_not_matter(
    logits: np.ndarray, way: tuple[str, str]
) -> None:
    probs = merge(logits, *way)
    assert np.isfinite(probs).all() and (probs >= 0).all() and np.allclose(probs.sum(1), 1)
    assert np.allclose(probs, merge(logits[::-1], *way))


def test_one_view_is_its_softmax() -> None:
    for how in MERGES:
        assert merge(LOGITS[:1], how)[0] == pytest.approx([0.8, 0.2])
