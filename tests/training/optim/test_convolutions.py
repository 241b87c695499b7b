"""Quick convolutions give autograd's gradients, and share what they replace."""

import copy

import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn

from podium.training.optim.convolutions import Depthwise, Pointwise, quicken

TOLERANCE = 1e-5


def gradients(module: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    images = images.clone(memory_format=torch.channels_last).requires_grad_()
    result = module(images)
    weights = torch.linspace(-1, 1, result.numel()).reshape(result.shape)
    (result * weights).sum().backward()
    return [result.detach(), images.grad, *(p.grad for p in module.parameters())]


def assert_same(first: list[torch.Tensor], second: list[torch.Tensor]) -> None:
    for one, other in zip(first, second, strict=True):
        assert one.shape == other.shape
        assert (one - other).abs().max() <= TOLERANCE * one.abs().max()


@pytest.mark.parametrize("side", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    ("kernel", "padding"), [(5, 2), (5, 0), (7, 3), (9, 4), ((3, 5), (1, 2)), (5, 1), (4, 2)]
)
@pytest.mark.parametrize("bias", [False, True])
def test_depthwise_gradients_are_autograds(side, stride, kernel, padding, bias):
    layer = nn.Conv2d(16, 16, kernel, stride, padding, groups=16, bias=bias)
    height = side + 2 * layer.padding[0] - layer.kernel_size[0]
    width = side + 2 * layer.padding[1] - layer.kernel_size[1]
    if min(height, width) < 0:
        pytest.skip("the kernel is larger than the padded image")
    images = torch.randn(3, 16, side, side, generator=torch.Generator().manual_seed(side))
    assert_same(gradients(copy.deepcopy(layer), images), gradients(Depthwise(layer), images))


def test_tensorflows_padding_is_kept():
    layer = Conv2dSame(16, 16, 5, stride=2, groups=16, bias=False)
    images = torch.randn(2, 16, 8, 8)
    assert_same(gradients(copy.deepcopy(layer), images), gradients(Depthwise(layer), images))


def test_pointwise_gradients_are_autograds():
    layer = nn.Conv2d(8, 24, 1)
    images = torch.randn(3, 8, 5, 4)
    assert_same(gradients(copy.deepcopy(layer), images), gradients(Pointwise(layer), images))


@pytest.mark.parametrize("capability", ["AVX2", "AVX512"])
def test_the_rule_names_wide_depthwise_and_plain_pointwise_layers(monkeypatch, capability):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    layers = {
        "wide": nn.Conv2d(8, 8, 5, padding=2, groups=8),
        "narrow": nn.Conv2d(8, 8, 3, padding=1, groups=8),
        "grouped": nn.Conv2d(8, 8, 5, padding=2, groups=4),
        "point": nn.Conv2d(8, 8, 1),
        "strided": nn.Conv2d(8, 8, 1, stride=2),
        "dilated": nn.Conv2d(8, 8, 5, padding=4, dilation=2, groups=8),
    }
    network = nn.Sequential()
    for name, layer in layers.items():
        network.add_module(name, layer)
    before = network.state_dict()
    assert quicken(network) == 2
    assert [name for name, part in network.named_children() if part is not layers[name]] == ["wide", "point"]
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(after[name].data_ptr() == value.data_ptr() for name, value in before.items())


@pytest.mark.parametrize(("capability", "device"), [("DEFAULT", "cpu"), ("AVX512", "cuda")])
def test_the_rule_leaves_other_machines_alone(monkeypatch, capability, device):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert quicken(nn.Sequential(nn.Conv2d(8, 8, 5, groups=8)), device) == 0
