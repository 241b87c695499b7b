"""Which mirror images keep their class: measured on made-up embeddings whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from podium.augmentations.flips import Survival, choose, measured
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.errors import UserError

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


def test_one_harmed_class_among_many_forbids_the_flip() -> None:
    labels = np.repeat(np.arange(10), 20)
    original = np.ones(200, bool)
    mirrored = original.copy()
    mirrored[60:67] = False  # 35 % of class 3, 3.5 % of all
    survival = Survival(original, mirrored, labels)
    assert survival.worst() == (3, pytest.approx(0.35)) and not survival.survives


def test_the_loss_and_its_error_by_hand() -> None:
    """10 images: right about 8, mirrored 7, of which 2 lost and 1 won; std of (2 x 1, 1 x -1, 7 x 0)."""
    original = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 0], bool)
    mirrored = np.array([1, 1, 1, 1, 1, 1, 0, 0, 1, 0], bool)
    survival = Survival(original, mirrored, np.zeros(10, np.int64))
    assert survival.loss == pytest.approx(0.1)
    assert survival.error == pytest.approx((0.3 - 0.01) ** 0.5 / 10**0.5)
    assert survival.survives


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
