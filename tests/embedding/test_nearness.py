"""Test images without relatives in train: the distance tells, and foretells what CV does not see."""

import numpy as np
import pandas as pd
import pytest

from podium.embedding import nearness
from podium.folds.assign import assign


def _scenes(scenes: list[int], each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(vectors, labels) of `each` frames of each scene; a scene's number decides its place and class."""
    draw = np.random.default_rng(seed)
    vectors, labels = [], []
    for scene in scenes:
        own = np.random.default_rng(1000 + scene).normal(size=24)
        label = scene % 3
        centre = own + 0.9 * np.eye(3, 24)[label]
        vectors.append(centre + 0.1 * draw.normal(size=(each, 24)))
        labels += [label] * each
    return np.concatenate(vectors).astype(np.float32), np.array(labels)


def _told(test: np.ndarray) -> tuple[nearness.NearnessFacts, pd.DataFrame]:
    vectors, labels = _scenes(list(range(40)), 6, seed=0)
    names = [f"train/{i:04d}.png" for i in range(len(labels))]
    folds = assign(names, labels, names, 5, 0)  # scenes are torn
    table = pd.DataFrame({"image_id": names, "label": labels, "fold": folds})
    ids = [f"test/{i:04d}.png" for i in range(len(test))] + names
    return nearness.beside_test(table, (ids, np.concatenate([test, vectors])), 3), table


def test_other_scenes_lie_farther_and_the_foretold_accuracy_is_nearer_the_truth() -> None:
    test, labels = _scenes(list(range(100, 140)), 6, seed=1)
    told, table = _told(test)
    assert told.facts["test_farther"] > 0.95 and len(told.warnings) == 1
    assert told.facts["probe_foretold"] <= told.facts["probe_seen"]
    assert "split.file" in told.warnings[0] and len(labels) == len(test) == len(table)


def test_frames_of_the_same_scenes_are_as_near_as_folds_are() -> None:
    told, _ = _told(_scenes(list(range(40)), 6, seed=2)[0])
    assert 0.4 < told.facts["test_farther"] < 0.6
    assert not told.warnings and "probe_foretold" not in told.facts


def test_the_foretold_share_by_hand() -> None:
    """Right at 0.1 and half right at 0.5: test images at 0.5 and beyond are right in half the cases."""
    found = nearness.Nearness(
        1.0, np.array([0.1, 0.1, 0.5, 0.5]), np.array([0.5, 0.9]), np.arange(4, dtype=np.int64)
    )
    seen, expected = nearness.foretold(found, np.array([True, True, True, False]))
    assert (seen, expected) == (0.75, pytest.approx(0.5))


def test_too_few_images_say_nothing() -> None:
    assert _told(_scenes([0], 6, seed=3)[0])[0] == nearness.NearnessFacts()
