"""Workers that the shared memory cannot feed are not started: torch would wait for ever."""

from pathlib import Path

import numpy as np
import pytest

from podium.training.feed import shared_memory
from podium.training.feed.data import Batches, Cached, Examples, loader
from podium.training.feed.sampling import InOrder


def test_as_many_workers_as_the_room_feeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert shared_memory.fit(8, 1000, room=1e9) == 8 and capsys.readouterr().out == ""
    assert shared_memory.fit(8, 1000, room=12_000) == 3
    assert shared_memory.fit(2, 1000, room=3_999) == 0
    said = capsys.readouterr().out
    assert "3 workers prepare images" in said and "no workers prepare" in said and "--shm-size" in said
    assert shared_memory.free(Path("/nowhere")) == float("inf")


def test_a_loader_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = np.zeros((8, 3, 4, 4), np.float32)
    examples = Examples(
        Cached(inputs, np.arange(8)), np.eye(2, dtype=np.float32)[[0, 1] * 4], np.ones(8, np.float32)
    )
    monkeypatch.setattr(
        shared_memory, "free", lambda: 4 * 4 * 3 * 4 * 4 * 4.0
    )  # of one worker, 4 images a batch
    assert loader(Batches(examples), InOrder(8, 4), 2).num_workers == 1
    half = Batches(examples, 1, 2)  # the other device's workers want as much
    assert loader(half, InOrder(8, 4), 2).num_workers == 1


def test_workers_serve_a_fold_that_watches_no_image() -> None:
    none = Examples(Cached(np.zeros((0, 2), "f4"), np.arange(0)), np.zeros((0, 3), "f4"), np.zeros(0, "f4"))
    assert list(loader(Batches(none), InOrder(0, 4), workers=1)) == []
