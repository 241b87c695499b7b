"""A pass leaves every part of a network in its own mode, and its cost is that of the arithmetic."""

import pytest
import torch
from torch import nn

from podium.networks.passes import flops, untouched


def test_parts_keep_their_modes_and_no_gradient_is_kept() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.Dropout()))
    module.train()
    module[1].eval()  # a frozen part of what trains
    with pytest.raises(ValueError, match="within"), untouched(module):
        assert not any(part.training for part in module.modules())
        assert not module(torch.zeros(1, 3, 4, 4)).requires_grad
        raise ValueError("within")
    assert [part.training for part in module] == [True, False, True] and module[2][0].training


def test_a_layers_cost_by_hand() -> None:
    assert flops(nn.Linear(5, 7), (5,)) == 2 * 5 * 7
    conv = nn.Conv2d(3, 4, 3, bias=False)
    assert flops(conv, (3, 6, 6)) == 2 * 4 * 3 * 9 * 16
