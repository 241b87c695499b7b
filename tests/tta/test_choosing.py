"""Views are kept only where they pay, and their gain is told by folds that did not choose."""

from collections.abc import Sequence

import numpy as np
import pytest

from podium.tta.choosing import OutOfFold, choose, used

N = 200
LABELS = np.arange(N) % 2
FOLDS = np.arange(N) % 5
GROUPS = np.arange(N).astype(str)
JUDGED = OutOfFold(LABELS, FOLDS, GROUPS)


def rows(right: np.ndarray) -> np.ndarray:
    probs = np.empty((N, 2))
    probs[np.arange(N), LABELS] = right
    probs[np.arange(N), 1 - LABELS] = 1 - right
    return probs


def predict(names: Sequence[str]) -> np.ndarray:
    """`good` mends 20 of 40 mistakes, `bad` makes 20 more, `idle` changes nothing."""
    right = np.where(np.arange(N) < 40, 0.3, 0.9)
    if "good" in names:
        right[:20] = 0.7
    if "bad" in names:
        right[100:120] = 0.2
    return rows(right)


def test_auto_keeps_what_gains() -> None:
    chosen = choose(["bad", "good", "idle"], "auto", predict, JUDGED)
    assert chosen.names == ["good"] and chosen.accuracy == pytest.approx(0.1)
    assert 0 < chosen.low < 0.1 < chosen.high and chosen.log_loss > 0


def test_always_keeps_all_and_tells_the_loss() -> None:
    chosen = choose(["bad"], "always", predict, JUDGED)
    assert chosen.names == ["bad"] and chosen.accuracy == pytest.approx(-0.1) and chosen.high < 0


def test_the_gain_is_told_by_folds_that_did_not_choose() -> None:
    """A view that helps one fold alone is chosen by the others never: the honest gain is not its own."""

    def lucky(names: Sequence[str]) -> np.ndarray:
        right = np.where(np.arange(N) < 40, 0.4, 0.9)
        if "lucky" in names:
            right[FOLDS == 0] = 0.99
            right[FOLDS != 0] -= 0.01
        return rows(right)

    chosen = choose(["lucky"], "auto", lucky, JUDGED)
    assert chosen.names == ["lucky"] and chosen.accuracy == 0


def test_one_fold_judges_itself_and_nothing_tried_gains_nothing() -> None:
    alone = choose(["good"], "auto", predict, OutOfFold(LABELS, np.zeros(N, int), GROUPS))
    assert alone.names == ["good"] and alone.accuracy == pytest.approx(0.1)
    none = choose([], "auto", predict, JUDGED)
    assert none.names == [] and none.accuracy == 0 and none.low == none.high == 0
    assert none.facts([])["sentences"] == ["TTA: no views beside the image as it is."]


def test_facts_say_what_was_kept_and_what_it_gained() -> None:
    facts = choose(["good", "bad"], "auto", predict, JUDGED).facts(["good", "bad"])
    assert facts["tta_views"] == "good" and facts["tta_gain"] == pytest.approx(0.1)
    assert facts["sentences"][0].startswith(
        "TTA: tried good, bad; kept good; gain out-of-fold +0.1000 accuracy"
    )


def test_the_image_as_it_is_is_always_used() -> None:
    assert used(["hflip"]) == ["identity", "hflip"]
