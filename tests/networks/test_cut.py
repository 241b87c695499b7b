"""A cut network is the whole network with its frozen layers in eval mode: values, gradients, statistics."""

import pytest
import torch
from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import Network, build
from podium.networks.cut import Cut, Partly, cut, from_images

QUICK = [
    ("tf_efficientnet_lite0", 64),
    ("resnet18", 64),
    ("mobilenetv3_small_050", 64),
    ("convnext_atto", 64),
    ("conv_attention", 64),
    ("tv:squeezenet1_1", 64),
]
LIGHT = [
    ("resnest14d", 64),
    ("vit_tiny_patch16_224", 64),
    ("densenet121", 64),
    ("efficientnet_b0", 64),
    ("tv:googlenet", 64),
    ("tv:densenet121", 64),
    ("tv:resnet18", 64),
    ("tv:mobilenet_v3_small", 64),
    ("tv:efficientnet_b0", 64),
    ("tv:shufflenet_v2_x0_5", 64),
]
HEAVY = [  # slow to build, or (deit) with two heads that no single value reaches: one cut each
    ("deit_tiny_distilled_patch16_224", 64),
    ("resnext50_32x4d", 64),
    ("swin_tiny_patch4_window7_224", 64),
    ("inception_v3", 96),
    ("vgg11", 64),
    ("tv:alexnet", 64),
    ("tv:inception_v3", 96),
    ("tv:vgg11_bn", 64),
    ("tv:convnext_tiny", 64),
    ("tv:vit_b_16", 224),
    ("tv:swin_t", 64),
]
PORTABLE = ("head", "last_stage", "last_two_stages")
CLOSE = 1e-5  # relative, float32


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def images(network: Network) -> torch.Tensor:
    side = network.preprocessing.size
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).detach().abs().max() / expected.abs().max().clamp_min(1e-12))


def deterministic(module: nn.Module) -> None:
    """Dropout and stochastic depth draw anew in each call: switched off, to compare."""
    for part in module.modules():
        for rate in ("p", "drop_prob"):
            if isinstance(getattr(part, rate, None), float):
                setattr(part, rate, 0.0)


def reference(
    model: str, size: int, parts: Cut, batch: torch.Tensor
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Logits and gradients of the whole network, trained from images with its frozen modules in eval mode."""
    whole = build(model, False, 5, size).module
    deterministic(whole)
    whole.train()
    trained = {name for name, p in parts.tail.named_parameters() if p.requires_grad}
    for name, part in whole.named_modules():
        own = [f"{name}.{key}".lstrip(".") for key, _ in part.named_parameters(recurse=False)]
        if own and not trained & set(own):
            part.eval()
    logits = whole(batch)
    logits.square().sum().backward()
    return logits, {n: p.grad for n, p in whole.named_parameters() if n in trained and p.grad is not None}


def agrees(model: str, size: int, freeze: str) -> Cut:
    network = build(model, False, 5, size)
    batch = images(network)
    with torch.no_grad():
        expected = network.module.eval()(batch)
    parts = cut(network, freeze)
    assert parts.frozen is not None, parts.sentence
    with torch.no_grad():
        assert distance(parts.tail.eval()(parts.frozen(batch)), expected) <= CLOSE
    deterministic(parts.tail)
    whole, gradients = reference(model, size, parts, batch)
    statistics = {name: value.clone() for name, value in parts.frozen.named_buffers()}
    parts.tail.train()
    logits = parts.tail(parts.frozen(batch))
    logits.square().sum().backward()
    assert distance(logits, whole) <= CLOSE
    found = {name: p.grad for name, p in parts.tail.named_parameters() if p.grad is not None}
    assert found.keys() == gradients.keys() and found
    for name, gradient in found.items():
        assert distance(gradient, gradients[name]) <= CLOSE * 10, name
    assert all(torch.equal(value, statistics[name]) for name, value in parts.frozen.named_buffers())
    assert not any(p.requires_grad for p in parts.frozen.parameters())
    return parts


@pytest.mark.parametrize(("model", "size"), QUICK)
def test_the_last_stage_alone_trains_as_in_the_whole_network(model: str, size: int) -> None:
    agrees(model, size, "last_stage")


@pytest.mark.slow
@pytest.mark.parametrize("freeze", PORTABLE)
@pytest.mark.parametrize(("model", "size"), LIGHT)
def test_every_family_is_cut_where_a_portable_value_says(model: str, size: int, freeze: str) -> None:
    agrees(model, size, freeze)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "size"), HEAVY)
def test_large_networks_are_cut_at_their_last_stage(model: str, size: int) -> None:
    agrees(model, size, "last_stage")


@pytest.mark.parametrize(
    ("model", "freeze", "name"),
    [
        ("tf_efficientnet_lite0", "last_stage", "blocks.4"),
        ("tf_efficientnet_lite0", "last_two_stages", "blocks.2"),
        ("tf_efficientnet_lite0", "blocks.3", "blocks.3"),
        ("resnet18", "last_stage", "layer3"),
        ("test_resnet", "last_stage", "layer3"),  # whose last stage is one block
        ("resnet18", "last_two_stages", "layer2"),
        ("tv:squeezenet1_1", "head", "head"),
    ],
)
def test_portable_values_name_a_module(model: str, freeze: str, name: str) -> None:
    assert cut(build(model, False, 3, 64), freeze).name == name


def test_a_transformer_has_quarters_for_stages() -> None:
    network = build("vit_tiny_patch16_224", False, 3, 64)
    assert cut(network, "last_stage").name == "blocks.8"


@pytest.mark.parametrize(
    ("model", "last", "two"),
    [
        ("hgnetv2_b0", "stages.2", "stages.1"),
        ("mobilenetv4_conv_small", "blocks.2", "blocks.1"),
        ("vit_base_patch16_siglip_224", "blocks.8", "blocks.5"),
        ("vit_small_patch16_dinov3", "blocks.8", "blocks.5"),
        ("xcit_nano_12_p16_224", "blocks.8", "blocks.5"),
        ("cait_xxs24_224", "blocks.17", "blocks.11"),
    ],
)
def test_what_a_head_does_with_one_position_is_no_stage(model: str, last: str, two: str) -> None:
    """Without weights: shapes and names alone."""
    for freeze, name in (("last_stage", last), ("last_two_stages", two)):
        with torch.device("meta"):
            parts = cut(build(model, False, 3, 64), freeze)
        assert parts.name == name


def test_what_cannot_be_cut_sends_no_gradient_below() -> None:
    """DINOv3 hands positions to every block; its tokens lie below them all."""
    network = build("vit_small_patch16_dinov3", False, 3, 64)
    parts = cut(network, "last_stage")
    assert parts.frozen is None and "more than one value passes blocks.8" in parts.sentence
    parts.tail.train()(images(network)).sum().backward()
    trained = {name for name, p in network.module.named_parameters() if p.grad is not None}
    assert {name.split(".")[1] for name in trained if name.startswith("blocks")} == {"9", "10", "11"}
    assert not {"cls_token", "reg_token"} & trained


def test_a_wrong_module_is_answered_with_the_right_ones() -> None:
    with pytest.raises(UserError, match=r"freeze: resnet18 has no module 'layer9': give one of .*layer3"):
        cut(build("resnet18", False, 3, 64), "layer9")


def test_random_weights_all_train_under_auto() -> None:
    parts = cut(build("resnet18", False, 3, 64), "auto")
    assert parts.frozen is None and parts.name == "none" and "random" in parts.sentence


def test_auto_follows_the_table_for_pretrained_weights() -> None:
    parts = cut(build("tf_efficientnet_lite0", True, 3, 64), "auto")
    assert parts.name == "blocks.3" and "auto became blocks.3" in parts.sentence


def test_a_place_that_two_values_pass_trains_from_images_and_says_so() -> None:
    network = build("resnet18", False, 3, 64)
    parts = cut(network, "layer2.0.conv1")
    assert parts.frozen is None and isinstance(parts.tail, Partly)
    assert "cannot be cut at layer2.0.conv1" in parts.sentence and "from images" in parts.sentence
    parts.tail.train()
    assert not network.module.get_submodule("layer1.0.bn1").training
    assert network.module.get_submodule("layer4.0.bn1").training
    before = network.module.get_submodule("bn1").running_mean.clone()
    parts.tail(images(network)).sum().backward()
    assert torch.equal(network.module.get_submodule("bn1").running_mean, before)
    assert network.module.get_submodule("conv1").weight.grad is None


class Unfollowable(nn.Module):
    """Its code asks a value: no tracer can follow it."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
        self.fc = nn.Linear(4, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        found = self.body(images).mean((2, 3))
        return self.fc(found if found.sum() > 0 else -found)


def test_a_network_that_cannot_be_followed_trains_its_head_from_images() -> None:
    plain = build("resnet18", False, 3, 64)
    network = Network("odd", Unfollowable(), plain.preprocessing, "file", 16, None, "fc")
    parts = cut(network, "head")
    assert parts.frozen is None and "its code cannot be followed" in parts.sentence
    parts.tail.train()
    parts.tail(images(network)).sum().backward()
    assert network.module.body[0].weight.grad is None and network.module.fc.weight.grad is not None
    assert not network.module.body[1].training


def test_from_images_keeps_the_frozen_part_in_eval_mode() -> None:
    network = build("resnet18", False, 3, 64)
    parts = cut(network, "last_stage")
    whole = from_images(parts).train()
    before = network.module.get_submodule("bn1").running_mean.clone()
    whole(images(network)).sum().backward()
    assert torch.equal(network.module.get_submodule("bn1").running_mean, before)
    assert not network.module.get_submodule("bn1").training


def test_functional_dropout_follows_the_tails_mode() -> None:
    class Dropping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)
            self.fc = nn.Linear(8, 3)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            found = self.conv(images).mean((2, 3))
            return self.fc(nn.functional.dropout(found, 0.5, training=self.training))

    plain = build("resnet18", False, 3, 64)
    parts = cut(Network("dropping", Dropping().eval(), plain.preprocessing, "file", 16, None, "fc"), "conv")
    assert parts.frozen is not None
    with torch.no_grad():
        rows = parts.frozen(images(plain))
        assert torch.equal(parts.tail.eval()(rows), parts.tail(rows))
        assert not torch.equal(parts.tail.train()(rows), parts.tail(rows))
