"""Cosines of vectors that no memory holds: the plain formula's, some rows at a time."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import embeddings
from podium.embedding import nearness
from podium.folds import clues
from podium.labels import judges, review
from podium.linear import cosines

ROWS, WIDE = 24_000, 512  # 49 MB
MOST = 0.8  # of them held at once, by stages that hold other things too


@pytest.fixture
def mapped(tmp_path: Path) -> np.ndarray:
    made = np.random.default_rng(0).standard_normal((ROWS, WIDE), np.float32)
    np.save(tmp_path / "vectors.npy", made)
    return np.asarray(np.load(tmp_path / "vectors.npy", mmap_mode="r"))


def test_units_are_the_plain_formulas() -> None:
    vectors = np.random.default_rng(1).normal(3, 2, (5000, 7)).astype(np.float32)
    mean, spread = cosines.scale(vectors)
    assert np.allclose(mean, vectors.mean(0)) and np.allclose(spread, vectors.std(0), rtol=1e-5)
    plain = (vectors - mean) / spread
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    units = cosines.Units(vectors, mean, spread)
    assert np.allclose(np.concatenate([block for _, block in units.blocks()]), plain, atol=1e-6)
    assert np.array_equal(units[[4999, 2]], units[:][[4999, 2]])
    assert np.array_equal(
        cosines.scale(np.ones((3, 2), np.float32))[1], np.full(2, cosines.LEAST, np.float32)
    )


def _names() -> list[str]:
    return [f"test/{i:06d}" for i in range(ROWS // 6)] + [f"train/{i:06d}" for i in range(ROWS // 6, ROWS)]


def _of_neighbours(vectors: np.ndarray) -> None:
    judges.neighbours(vectors, np.zeros(ROWS, np.int64), [str(i) for i in range(ROWS)], 2)


def _of_cards(vectors: np.ndarray) -> None:
    review.nearest(vectors, np.arange(0, ROWS, 3000), 5)


def _of_nearness(vectors: np.ndarray) -> None:
    names = _names()
    train = [name for name in names if name.startswith("train/")]
    folds = np.arange(len(train), dtype=np.int8) % 5
    table = pd.DataFrame({"image_id": train, "label": 0, "fold": folds})
    nearness.beside_test(table, (names, vectors), 0)


def _of_clues(vectors: np.ndarray) -> None:
    names = _names()
    train = [name for name in names if name.startswith("train/")]
    images = pd.DataFrame({"width": 1, "height": 1}, index=pd.Index(names, name="image_id"))
    origins = pd.DataFrame({"image_id": [], "camera": [], "day": [], "frame": [], "corners": []})
    made = clues.gather(train, np.zeros(len(train), np.int64), images, origins, (names, vectors), "column")
    assert made.vectors.base is not None and made.test_vectors.base is not None


@pytest.mark.parametrize("use", [_of_neighbours, _of_cards, _of_nearness, _of_clues])
def test_no_copy_of_all_vectors_is_held(
    use: Callable[[np.ndarray], None], mapped: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "ASKED", 500)
    monkeypatch.setattr(nearness, "ASKED", 500)
    tracemalloc.start()
    use(mapped)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST * mapped.nbytes


def test_rows_that_follow_each_other_are_no_copy() -> None:
    vectors = np.arange(20, dtype=np.float32).reshape(10, 2)
    assert np.shares_memory(embeddings.taken(vectors, [3, 4, 5]), vectors)
    assert not np.shares_memory(embeddings.taken(vectors, [3, 5]), vectors)
    assert embeddings.taken(vectors, [5, 3]).tolist() == [[10, 11], [6, 7]]
    assert embeddings.taken(vectors, []).shape == (0, 2)
