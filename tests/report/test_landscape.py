"""The map of embeddings: drawn where there is something to see."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podium.contracts import embeddings
from podium.report import landscape
from podium.report.blocks import Figure, Sentences
from podium.report.evidence import Evidence, gather
from podium.report.params import ReportParams


@pytest.fixture
def seen(finished: Path, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    monkeypatch.setattr("podium.report.landscape.FEWEST", 6)
    run = gather([0, 1])
    vectors = np.random.default_rng(0).normal(size=(len(run.ids), 8)).astype(np.float32)
    embeddings.write(run.ids[::-1], vectors)
    return run


def test_images_are_points_by_class_and_suspects_are_ringed(seen: Evidence) -> None:
    (drawn,) = landscape.landscape(seen, ReportParams()).blocks
    assert isinstance(drawn, Figure)
    assert "12 of 12 images" in drawn.caption
    assert "Mäuse" in drawn.svg and "suspect label" in drawn.svg


def test_too_many_classes_are_not_drawn_but_said(seen: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podium.report.landscape.MOST_CLASSES", 2)
    (told,) = landscape.landscape(seen, ReportParams()).blocks
    assert isinstance(told, Sentences) and "3 classes are more" in told.lines[0]


def test_it_can_be_left_out(seen: Evidence) -> None:
    assert not landscape.landscape(seen, ReportParams(map=False)).blocks
    assert not landscape.landscape(replace(seen, ids=seen.ids[:5]), ReportParams()).blocks
