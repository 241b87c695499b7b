"""Pooled layers: each is the mean of what the network has there, the last is what its head takes."""

import pytest
import torch

from podium.networks.build import build
from podium.networks.pooled import WIDEST, pooled


@pytest.mark.parametrize(
    "name", ["resnet18", "vit_tiny_patch16_224", "convnext_atto", "tf_efficientnet_lite0"]
)
def test_the_last_layer_is_what_the_head_takes(name: str) -> None:
    size = 224 if "vit" in name else 64
    network = build(name, False, classes=3, size=size)
    found = pooled(network)
    assert found is not None and len(found.widths) > 2 and sum(found.widths) <= WIDEST
    images = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        vectors = found.module(images)
        head = network.module.get_submodule(network.head)
        assert torch.allclose(head(vectors[:, found.part(1)]), network.module(images), atol=1e-4)
    assert vectors.shape == (2, sum(found.widths))


def test_a_stage_is_its_mean_over_positions() -> None:
    network = build("resnet18", False, classes=3, size=64)
    found = pooled(network)
    assert found is not None
    seen = []
    network.module.layer2.register_forward_hook(lambda _m, _given, made: seen.append(made.mean((2, 3))))
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.module(images)
        vectors = found.module(images)
    start = sum(found.widths) - 512 - 256 - 128
    assert torch.allclose(vectors[:, start : start + 128], seen[0], atol=1e-5)


def test_wide_networks_lose_their_first_layers() -> None:
    network = build("resnet50", False, classes=3, size=64)
    found = pooled(network)
    assert found is not None and sum(found.widths) <= WIDEST and found.widths[-1] == 2048
