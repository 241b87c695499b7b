"""Modules wait for their epoch, weights and statistics alike; what can never train is refused."""

import pytest
import torch
from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.cut import cut
from podium.training.optim.unfreezing import Thaw
from podium.training.params import Unfreezing


def steps(**epochs: int) -> list[Unfreezing]:
    return [Unfreezing(epoch=epoch, module=name.replace("_", ".")) for name, epoch in epochs.items()]


def network() -> nn.Module:
    def block() -> nn.Module:
        return nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))

    return nn.Sequential(nn.Sequential(block(), block()), block(), nn.Linear(3, 2))


def training(module: nn.Module) -> set[str]:
    """The modules with weights that train, each in train mode; whatever is frozen is in eval mode."""
    found = set()
    for name, part in module.named_modules():
        own = list(part.parameters(recurse=False))
        if own:
            assert all(p.requires_grad == part.training for p in own), name
            found |= {name} if part.training else set()
    return found


def test_a_module_joins_at_its_epoch_and_stays() -> None:
    module = network().train()
    thaw = Thaw(module, steps(**{"1": 1, "0": 3}))
    head, one, zero = {"2"}, {"1.0", "1.1"}, {"0.0.0", "0.0.1", "0.1.0", "0.1.1"}
    for epoch, expected in enumerate([head, head | one, head | one, head | one | zero, head | one | zero]):
        module.train()
        thaw(epoch)
        assert training(module) == expected, epoch


@pytest.mark.parametrize(("inner", "outer"), [(1, 2), (2, 1)])
def test_of_two_inside_each_other_the_inner_decides_for_itself(inner: int, outer: int) -> None:
    module = network().train()
    ordered = sorted(steps(**{"0_1": inner, "0": outer}), key=lambda step: step.epoch)
    thaw = Thaw(module, ordered)
    for epoch in range(4):
        thaw(epoch)
        found = training(module)
        assert ("0.1.0" in found) == (epoch >= inner) and ("0.0.0" in found) == (epoch >= outer)


def test_waiting_statistics_do_not_drift_and_waiting_weights_get_no_gradient() -> None:
    module = network().train()
    Thaw(module, steps(**{"1": 1}))(0)
    before = module[1][1].running_mean.clone()
    module(torch.randn(8, 3)).sum().backward()
    assert torch.equal(module[1][1].running_mean, before) and module[1][0].weight.grad is None
    assert module[0][0][0].weight.grad is not None


def test_factors_multiply() -> None:
    made = [
        Unfreezing(epoch=2, module="1", lr_factor=0.5),
        Unfreezing(epoch=4, module="0", lr_factor=0.1),
    ]
    thaw = Thaw(network(), made)
    assert [thaw.factor(epoch) for epoch in range(6)] == pytest.approx([1, 1, 0.5, 0.5, 0.05, 0.05])


@pytest.mark.parametrize(
    ("freeze", "module", "sentence"),
    [
        ("layer3", "layer2", "layer2 lies below the cut and is computed once"),
        ("layer2", "nothing", "no module 'nothing': give one of conv1"),
        ("layer2.0.conv1", "layer2", "layer2 lies partly below the cut"),
        ("none", "act1", "act1 has no weights that could train"),
    ],
)
def test_what_cannot_join_is_refused(freeze: str, module: str, sentence: str) -> None:
    made = build("resnet10t", False, 3, 32)
    cut(made, freeze)
    with pytest.raises(UserError, match=f"train.unfreeze: .*{sentence}"):
        Thaw(made.module, [Unfreezing(epoch=1, module=module)])
