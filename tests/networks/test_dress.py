"""What a network is told for training: dropped branches, and blocks that are computed again."""

from dataclasses import replace

import pytest
import torch
from timm.layers import DropPath
from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.cut import cut
from podium.networks.dress import checkpoint, has_batch_norm, stochastic_depth


@pytest.mark.parametrize(
    ("model", "normed"), [("test_vit", False), ("test_convnext", False), ("resnet10t", True)]
)
def test_which_networks_average_over_the_batch(model: str, normed: bool) -> None:
    assert has_batch_norm(build(model, False, 3).module) is normed


def test_branches_are_dropped_more_often_the_later_they_are() -> None:
    network = build("test_vit", False, 3)
    before = list(network.module.state_dict())
    count = stochastic_depth(network, 0.4)
    rates = [part.drop_prob for part in network.module.modules() if isinstance(part, DropPath)]
    assert rates == sorted(rates) and rates[-1] == pytest.approx(0.4) and len(rates) == count - 1 > 0
    assert list(network.module.state_dict()) == before
    images = torch.randn(4, 3, network.preprocessing.size, network.preprocessing.size)
    module = network.module.train()
    assert not torch.equal(module(images), module(images))
    assert torch.equal(module.eval()(images), module(images))


def test_a_cut_tail_drops_branches_too() -> None:
    network = build("test_vit", False, 3)
    stochastic_depth(network, 0.4)
    tail = cut(network, "last_stage").tail
    assert any(isinstance(part, DropPath) for part in tail.modules())


def test_torchvision_s_branches_take_the_rate() -> None:
    network = build("tv:efficientnet_b0", False, 3, 64)
    assert stochastic_depth(network, 0.3) > 3
    assert stochastic_depth(build("resnet10t", False, 3, 64), 0.3) == 0


def test_blocks_computed_again_give_the_same_gradients() -> None:
    images, found = torch.randn(2, 3, 160, 160), []
    for again in (False, True):
        network = build("test_vit", False, 3)
        if again:
            checkpoint(network, "none")
            assert network.module.grad_checkpointing
        network.module.train()(images).sum().backward()
        found.append([p.grad for p in network.module.parameters()])
    assert all(torch.allclose(one, other) for one, other in zip(*found, strict=True))


def test_what_cannot_be_computed_again_is_said() -> None:
    network = build("test_vit", False, 3)
    with pytest.raises(UserError, match=r"works where all of test_vit trains, and freeze became blocks"):
        checkpoint(network, "blocks.1")
    plain = replace(network, module=nn.Linear(2, 2))
    with pytest.raises(UserError, match="cannot compute its blocks again"):
        checkpoint(plain, "none")
