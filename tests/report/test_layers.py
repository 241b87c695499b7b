"""Filters and feature maps, by hand on a small network."""

from pathlib import Path

import numpy as np
import pytest

from podium.images.mosaic import GAP
from podium.report import layers


def test_a_filter_is_stretched_to_its_range() -> None:
    weights = np.zeros((1, 3, 2, 2), np.float32)
    weights[0, 0, 0, 0], weights[0, 2, 1, 1] = 1.0, -1.0
    sheet = layers.filter_sheet(weights)
    assert sheet.shape == (layers.FILTER_SIDE, layers.FILTER_SIDE, 3)
    assert sheet[0, 0].tolist() == [255, 127, 127] and sheet[-1, -1].tolist() == [127, 127, 0]


def test_deeper_filters_and_flat_maps_are_grey() -> None:
    sheet = layers.filter_sheet(np.arange(2 * 8 * 9, dtype=np.float32).reshape(2, 8, 3, 3))
    assert (sheet[..., 0] == sheet[..., 1]).all()
    assert sheet.shape[1] == 2 * layers.FILTER_SIDE + GAP
    assert (layers.map_sheet(np.full((1, 4, 4), 7, np.float32)) == 0).all()


def test_rows_of_sixteen_and_no_more_than_most() -> None:
    side, gap = layers.MAP_SIDE, GAP
    assert layers.map_sheet(np.zeros((17, 4, 4), np.float32)).shape[:2] == (
        2 * side + gap,
        16 * (side + gap) - gap,
    )
    many = layers.map_sheet(np.zeros((500, 4, 4), np.float32))
    assert many.shape[0] == (layers.MOST // layers.COLUMNS) * (side + gap) - gap


@pytest.mark.slow
def test_the_first_convolutions_of_a_saved_network_are_shown(tmp_path: Path) -> None:
    from podium.contracts import model
    from podium.networks import build

    network = build.build("test_resnet", False, classes=2, size=32)
    build.save(network, tmp_path)
    made = {"preprocessing": network.preprocessing, "resolved": {"network": network.options}}
    counts = {"parameters": 1, "trainable": 1, "images": 1, "copies": 0}
    named = {"fold": 0, "model": "test_resnet", "weights": "random", "classes": ["a", "b"], "freeze": "none"}
    card = model.ModelCard(**named, **counts, **made)
    model.write_card(card, tmp_path / "model.json")
    image = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    filters, maps = layers.look(tmp_path, image)
    assert len(filters) == len(maps) == layers.LAYERS
    assert [name for name, _ in filters] == [name for name, _ in maps]
    assert all(len(np.unique(sheet)) > 2 for _, sheet in maps)
