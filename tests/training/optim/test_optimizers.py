"""Every optimizer that timm has moves the weights towards a lower loss; decays reach whom they should."""

import itertools

import pytest
import torch
from timm.optim._optim_factory import list_optimizers
from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.training.optim import optimizers

DEVICE_BOUND = ("bnb", "fused")  # of bitsandbytes and APEX
SECOND_ORDER = ("adahessian",)
COMPILED = ("kron", "kronc", "kronw")  # by torch.compile, a minute for the first
USABLE = [n for n in list_optimizers() if not n.startswith(DEVICE_BOUND) and n not in SECOND_ORDER]
SYNC = 6  # steps after which Lookahead looks back


def a_tail() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))


def weights_over(name: str, steps: int, lr: float = 1e-2) -> tuple[list[torch.Tensor], list[float]]:
    """The last layer's weights and the loss before each step, and at the end."""
    tail = a_tail()
    inputs = torch.randn(24, 6, generator=torch.Generator().manual_seed(1))
    truth = inputs[:, :3].argmax(1)
    optimizer = optimizers.build(name, tail, lr, 0.0, 1.0)
    weights, losses = [], []
    for step in range(steps + 1):
        loss = nn.functional.cross_entropy(tail(inputs), truth)
        weights.append(tail[2].weight.detach().clone())
        losses.append(float(loss.detach()))
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return weights, losses


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if n in COMPILED else []) for n in [*USABLE, "ranger"]],
)
def test_every_usable_optimizer_lowers_the_loss(name: str) -> None:
    weights, losses = weights_over(name, 12)
    assert losses[-1] < losses[0]
    moved = [not torch.equal(before, after) for before, after in itertools.pairwise(weights)]
    assert all(moved[1:]), "at every step; ADOPT's first only looks"


def test_optimizers_differ() -> None:
    names = ("adam", "sgd", "momentum", "radam", "ranger", "lion", "rmsprop")
    ends = [weights_over(name, SYNC * 2)[0][-1] for name in names]
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(ends, 2))


@pytest.mark.parametrize(("name", "ratio"), [("momentum", 1.9), ("sgd", 2.71 / 1.9)])
def test_sgd_has_momentum_and_nesterovs_at_that(name: str, ratio: float) -> None:
    """Under a gradient that hardly changes: g, 1.9 g with momentum 0.9; looked ahead 1.9 g, 2.71 g."""
    weights, _ = weights_over(name, 2, lr=1e-4)
    first, second = (after - before for before, after in itertools.pairwise(weights))
    assert float(second.norm() / first.norm()) == pytest.approx(ratio, rel=0.01)


def test_ranger_is_radam_that_goes_halfway_back_to_its_slow_weights() -> None:
    ranger, radam = (weights_over(name, 2 * SYNC, lr=0.05)[0] for name in ("ranger", "radam"))
    for step in range(2 * SYNC):
        assert torch.equal(ranger[step], radam[step]), "between syncs it is RAdam alone"
    slow, fast = radam[SYNC], radam[2 * SYNC]  # timm's first sync only remembers
    assert torch.allclose(ranger[2 * SYNC], slow + 0.5 * (fast - slow), atol=1e-7)
    assert not torch.allclose(ranger[2 * SYNC], fast, atol=1e-4)


def test_weight_decay_shrinks_weights_and_spares_biases_and_norms() -> None:
    tail = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    optimizer = optimizers.build("adamw", tail, 0.1, 0.5, 1.0)
    before = {name: p.detach().clone() for name, p in tail.named_parameters()}
    for parameter in tail.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    after = dict(tail.named_parameters())
    assert torch.allclose(after["0.weight"], before["0.weight"] * (1 - 0.1 * 0.5))
    assert all(torch.equal(after[name], before[name]) for name in before if name != "0.weight")


@pytest.mark.parametrize("model", ["test_resnet", "tv:squeezenet1_1", "conv_attention"])
def test_layer_decay_gives_earlier_layers_smaller_steps(model: str) -> None:
    network = build(model, False, 3, 64).module
    optimizer = optimizers.build("momentum", network, 1.0, 0.0, 0.5)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    steps = [round(float((before[name] - p).detach().mean()), 4) for name, p in network.named_parameters()]
    assert steps == sorted(steps), "in running order, none slower than the one before"
    assert steps[-1] == 1.0
    distinct = sorted(set(steps))
    assert len(distinct) >= 3
    assert all(
        later == pytest.approx(2 * earlier, rel=1e-2) for earlier, later in itertools.pairwise(distinct)
    )


def test_layer_decay_where_only_one_layer_trains_is_refused() -> None:
    network = build("test_resnet", False, 3, 32).module
    network.requires_grad_(False)
    network.get_submodule("fc").requires_grad_(True)
    with pytest.raises(UserError, match=r"train.layer_decay: 0.5 slows earlier layers, and none that trains"):
        optimizers.build("sgd", network, 1.0, 0.0, 0.5)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("adamm", "adamm is unknown to timm: choose adam"),
        ("bnbadamw", "bnbadamw cannot work here"),
        ("adahessian", "adahessian needs second derivatives"),
        ("lookahead_nothing", "lookahead_nothing is unknown"),
    ],
)
def test_what_cannot_be_used_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        optimizers.build(name, a_tail(), 1e-2, 0.0, 1.0)


def test_a_fused_adam_is_left_alone_where_gradients_are_clipped_in_mixed_precision() -> None:
    """Lightning refuses to clip what a fused optimizer unscales by itself."""
    assert optimizers.build("adamw", a_tail(), 1e-2, 0.0, 1.0).defaults["fused"]
    assert not optimizers.build("adamw", a_tail(), 1e-2, 0.0, 1.0, fused=False).defaults["fused"]


def test_the_head_learns_faster_and_earlier_layers_slower() -> None:
    network = build("test_vit", False, 3).module
    optimizer = optimizers.build("adamw", network, 1e-4, 0.01, 0.5, head_factor=5.0)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    named = {name: rates[id(p)] for name, p in network.named_parameters()}
    assert len(rates) == len(named) and named["head.weight"] == pytest.approx(5e-4)
    blocks = [named[f"blocks.{number}.attn.qkv.weight"] for number in range(len(network.blocks))]
    assert blocks == sorted(blocks) and blocks[0] < blocks[-1] < 1e-4
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays[id(network.head.bias)] == 0 and decays[id(network.head.weight)] == 0.01


def test_the_head_s_factor_goes_without_layer_decay() -> None:
    tail = a_tail()
    optimizer = optimizers.build("lookahead_radam", tail, 1e-3, 0.0, 1.0, head_factor=3.0)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert [round(rates[id(p)] / 1e-3, 6) for p in tail.parameters()] == [1, 1, 3, 3]


def test_a_default_decay_where_no_layer_is_earlier_is_no_mistake() -> None:
    tail = nn.Sequential(nn.Linear(6, 3))
    with pytest.raises(UserError, match=r"train\.layer_decay"):
        optimizers.build("adamw", tail, 1e-3, 0.0, 0.8)
    optimizers.build("adamw", tail, 1e-3, 0.0, 0.8, asked=False)
