"""Figures are SVG: the same bytes twice, names as plain text."""

import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest

from podium.report import figures

NAMES = ["<b>", "$x$", "a & b"]
ONE = np.array([1.0, 2.0, 3.0])

DRAWN = {
    "curves": lambda: figures.curves(
        {0: {"t": [2.0, 1.0], "v": [3.0, 2.0]}, 1: {"t": [1.0]}}, [("loss", "t", "v")]
    ),
    "heat_map": lambda: figures.heat_map(np.diag([3, 2, 0]), NAMES),
    "bars": lambda: figures.bars(NAMES, ONE, ONE + 1, "images", ("a", "b")),
    "bars alone": lambda: figures.bars(NAMES, ONE, None, "images", ("a", "b")),
    "intervals": lambda: figures.intervals(NAMES, np.stack([ONE, ONE - 1, ONE + 1], 1), "accuracy"),
    "scatter": lambda: figures.scatter(ONE, ONE[::-1], "x", "y", NAMES),
    "reliability": lambda: figures.reliability(np.array([0.2, 1.0, 0.9]), np.array([False, True, True])),
}


@pytest.mark.parametrize("name", DRAWN)
def test_figures_are_well_formed_and_repeatable(name: str) -> None:
    text = DRAWN[name]()
    assert xml.fromstring(text).tag.endswith("svg")
    assert text == DRAWN[name]()
    assert not re.search(r"\b20\d\d-\d\d-\d\d", text), "a date"


def test_names_are_text() -> None:
    root = xml.fromstring(figures.heat_map(np.eye(3, dtype=np.int64), NAMES))
    words = ["".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("text")]
    assert set(NAMES) <= set(words)


def test_large_matrices_carry_no_numbers() -> None:
    k = figures.ANNOTATED + 1
    text = figures.heat_map(np.full((k, k), 7777), [f"c{i}" for i in range(k)])
    assert "7777" not in text
