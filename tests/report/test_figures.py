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
    "strip": lambda: figures.strip(
        [("<b>", [0.5, 0.7], (0.6, 0.5, 0.7)), ("$x$", [], (0.4, 0.3, 0.5))], "a & b"
    ),
    "map": lambda: figures.scatter_classes(
        np.eye(3)[:, :2], np.array([0, 1, 2]), NAMES, np.array([True, False, False])
    ),
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
    root = xml.fromstring(DRAWN["bars"]())
    words = ["".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("text")]
    assert set(NAMES) <= set(words)


@pytest.mark.parametrize("name", DRAWN)
def test_lines_and_letters_follow_the_page_from_light_to_dark(name: str) -> None:
    text = DRAWN[name]()
    assert "var(--ink)" in text
    assert not re.search(
        r"#(000000|ffffff|1f2933|e8e8e7)", text.replace("stroke: #000000; stroke-width: 0", "")
    )


def test_reliability_tells_how_many_images_a_point_has() -> None:
    root = xml.fromstring(figures.reliability(np.array([0.2, 0.95, 0.92]), np.array([False, True, True])))
    words = ["".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("text")]
    assert words.count("2") == 1 and words.count("1") == 1


def test_a_baselines_curve_is_dashed() -> None:
    histories = {0: {"t": [2.0, 1.0], "v": [3.0, 2.0]}}
    pairs = [("loss", "t", "v")]
    assert "dasharray" not in figures.curves(histories, pairs).partition("legend")[0]
    assert "dasharray" in figures.curves(histories, pairs, {"t": [2.5, 1.5]})
