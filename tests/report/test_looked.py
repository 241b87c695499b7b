"""Where a network looked: a picture a mistake, by the network of the image's own fold."""

from pathlib import Path

import pytest

from podium.contracts import model
from podium.report import looked
from podium.report.evidence import gather


def test_without_a_network_there_is_nothing_to_show(finished: Path) -> None:
    assert looked.maps(gather([0, 1]), [0, 5]) == {}


@pytest.mark.slow
def test_each_mistake_gets_a_map_of_its_folds_network(finished: Path) -> None:
    from podium.networks import build

    network = build.build("test_resnet", False, classes=3, size=32)
    for fold in (0, 1):
        card = model.read_card(model.folder(fold) / "model.json")
        build.save(network, model.folder(fold))
        made = {"model": "test_resnet", "preprocessing": network.preprocessing}
        resolved = {"network": network.options}
        model.write_card(
            card.model_copy(update=made | {"resolved": resolved}), model.folder(fold) / "model.json"
        )
    found = looked.maps(gather([0, 1]), [0, 5])
    assert set(found) == {0, 5}
    assert all(picture.startswith("data:image/jpeg;base64,") for picture in found.values())
    assert found[0] != found[5]
