"""Which mirror images keep their class: measured on made-up embeddings whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from podium.augmentations.flips import Survival, choose, measured
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.foundation.errors import UserError

CLASSES = ["left", "right", "round"]
N, D = 240, 16


def world(horizontal: str = "same", vertical: str = "same") -> tuple[pd.DataFrame, dict, dict]:
    """Three classes; a direction's mirror image is of the `same` class, or left and right `swap`."""
    random = np.random.default_rng(0)
    centres = random.normal(0, 2, (3, D))
    labels = np.arange(N) % 3
    ids = [f"train/{i:03d}.png" for i in range(N)]
    rows = pd.DataFrame({"image_id": ids, "label": labels, "weight": 1.0})
    vectors = (centres[labels] + random.normal(0, 1, (N, D))).astype(np.float32)
    swapped = np.array([1, 0, 2])[labels]
    views = np.stack(
        [
            centres[swapped if kind == "swap" else labels] + random.normal(0, 1, (N, D))
            for kind in (horizontal, vertical)
        ],
        axis=1,
    ).astype(np.float32)
    return rows, dict(zip(ids, vectors, strict=True)), dict(zip(ids, views, strict=True))


def test_mirror_images_of_their_own_class_are_allowed() -> None:
    choice = measured(world()[0], CLASSES, *world()[1:])
    assert choice.allowed == Flips(True, True)
    assert choice.sentences[0].startswith("Horizontal mirror images are allowed: ")


def test_classes_that_mirror_onto_each_other_forbid_the_flip() -> None:
    rows, vectors, views = world(horizontal="swap")
    choice = measured(rows, CLASSES, vectors, views)
    assert choice.allowed == Flips(horizontal=False, vertical=True)
    assert "Horizontal mirror images are not allowed" in choice.sentences[0]
    assert "most: left" in choice.sentences[0] or "most: right" in choice.sentences[0]
    assert "; most: " not in choice.sentences[1]  # no class loses: it said `most: left, -0%`


def survival(original: np.ndarray, mirrored: np.ndarray, gain: float = 0.0) -> Survival:
    """All of one class; the gain's standard error is 0.1 / sqrt(m)."""
    m = len(original)
    wave = np.tile([0.1, -0.1], m // 2)
    return Survival(np.zeros(m, np.int64), original.astype(float), mirrored.astype(float), wave + gain)


def test_one_class_that_becomes_another_among_many_is_harm() -> None:
    original = np.ones(200)
    mirrored = original.copy()
    mirrored[60:67] = 0  # 35 % of class 3, 3.5 % of all
    found = Survival(np.repeat(np.arange(10), 20), original, mirrored, np.zeros(200))
    assert found.worst() == (3, pytest.approx(0.35)) and found.harms


def test_the_loss_and_its_error_by_hand() -> None:
    """10 images: right about 8, mirrored 7, of which 2 lost and 1 won; std of (2 x 1, 1 x -1, 7 x 0)."""
    found = survival(np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]), np.array([1, 1, 1, 1, 1, 1, 0, 0, 1, 0]))
    assert found.loss == pytest.approx(0.1)
    assert found.loss_error == pytest.approx((0.3 - 0.01) ** 0.5 / 10**0.5)
    assert found.pays and not found.harms


def test_a_harder_mirror_image_is_no_harm_while_learning_from_it_is_none() -> None:
    """Hand signs: the other hand is judged worse, and learning from it costs nothing."""
    known, other = np.ones(200), np.arange(200) >= 14
    assert not survival(known, other).harms and not survival(known, other).pays
    assert survival(known, other, gain=0.05).pays


def test_learning_that_makes_originals_harder_is_harm_even_where_mirror_images_pass() -> None:
    """Digits: a network that saw mirrored photographs passes many a mirrored digit."""
    known = np.ones(200)
    assert survival(known, known, gain=-0.05).harms and not survival(known, known).harms


def test_too_few_images_allow_nothing() -> None:
    rows, vectors, views = world()
    few = dict(list(views.items())[:20])
    choice = measured(rows, CLASSES, vectors, few)
    assert choice.allowed == Flips() and "20 images are too few" in choice.sentences[0]


def test_images_of_weight_0_judge_nothing() -> None:
    rows, vectors, views = world()
    rows.loc[rows.index[:200], "weight"] = 0.0
    assert "40 images are too few" in measured(rows, CLASSES, vectors, views).sentences[0]


def test_what_params_say_is_taken() -> None:
    rows = world()[0]
    both = choose(AugmentParams(flip="both"), rows, CLASSES)
    assert both.allowed == Flips(True, True)
    assert choose(AugmentParams(policy="signs"), rows, CLASSES).allowed == Flips()


def test_a_flip_asked_of_a_policy_that_never_mirrors_is_refused() -> None:
    with pytest.raises(UserError) as error:
        choose(AugmentParams(policy="signs", flip="horizontal"), world()[0], CLASSES)
    assert str(error.value).startswith(
        "params.yaml: augment.flip is horizontal, but the policy signs never mirrors: set augment.flip to"
    )
