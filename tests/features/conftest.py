"""A small store of images, and a network cut in two."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from podium.features.items import Item
from podium.images.pixels import encode
from podium.images.shards import Writer
from podium.networks import precision
from podium.networks.build import Network, build
from podium.networks.cut import Cut, cut

COUNT = 40


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(precision, "native_bfloat16", lambda: False)  # float32, whatever the processor has


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def items(root: Path) -> list[Item]:
    generator = np.random.default_rng(0)
    found = []
    with Writer(root / "images", "images") as writer:
        for number in range(COUNT):
            data = encode(generator.integers(0, 255, (20, 30, 3), np.uint8), ".png")
            place = writer.add(f"{number}.png", data)
            found.append(Item(sha256(data).hexdigest(), f"images/{place.shard}", place.offset, place.length))
    return found


@pytest.fixture(scope="session")
def network() -> Network:
    return build("resnet10t", False, 3, 32)


@pytest.fixture
def parts(network: Network) -> Cut:
    return cut(network, "last_stage")
