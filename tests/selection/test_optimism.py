"""The best of many by the images that judge it, and what it is worth on others."""

import numpy as np

from podium.contracts.search import Optimism
from podium.selection.optimism import optimism


def test_the_best_of_many_alike_looks_better_than_it_is_and_the_honest_loss_tells() -> None:
    draw, folds = np.random.default_rng(0), np.arange(400) % 5
    alike = draw.uniform(0.0, 1.0, (300, 400))
    found = optimism(alike, folds)
    assert found.candidates == 300 and found.loss < 0.47 and abs(found.honest - 0.5) < 0.03


def test_a_clear_choice_is_no_optimism() -> None:
    draw, folds = np.random.default_rng(0), np.arange(400) % 5
    clear = draw.uniform(0.0, 0.1, (3, 400)) + np.array([[0.0], [1.0], [2.0]])
    assert optimism(clear, folds).honest == np.float64(clear[0].mean())
    assert optimism(clear[:1], np.zeros(400)) == Optimism(
        candidates=1, loss=clear[0].mean(), honest=clear[0].mean()
    )
