"""Every family takes a step at every depth, far below its own size, and lies whole on one device.

One family a day in the quick suite, all of them in the slow one.
"""

from datetime import date

import pytest
import torch
from torch import nn

from podium.networks.build import build
from podium.networks.cut import cut, from_images
from podium.networks.passes import channels_last
from podium.training.optim import optimizers
from podium.training.optim.convolutions import quicken

FAMILIES = (
    "caformer_s18",
    "convnext_atto",
    "convnextv2_atto",
    "deit_tiny_patch16_224",
    "eva02_tiny_patch14_224",
    "fastvit_t8",
    "hgnetv2_b0",
    "levit_128s",
    "mobilenetv4_conv_small",
    "mobileone_s0",
    "resnet18",
    "vit_small_patch16_dinov3",
    "vit_tiny_patch16_224",
)
TODAYS = FAMILIES[date.today().toordinal() % len(FAMILIES)]
DEPTHS = ("none", "head", "last_stage", "last_two_stages")
SIZE, CLASSES = 64, 5


@pytest.mark.parametrize(
    "model", [TODAYS, *(pytest.param(one, marks=pytest.mark.slow) for one in FAMILIES if one != TODAYS)]
)
def test_a_family_takes_a_step_at_every_depth(model: str) -> None:
    torch.set_num_threads(1)
    images = torch.randn(4, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(4) % CLASSES
    for depth in DEPTHS:
        network = build(model, False, CLASSES, SIZE)
        parts = cut(network, depth)
        tail = from_images(parts).train()
        quicken(tail)
        trains = {name: p for name, p in network.module.named_parameters() if p.requires_grad}
        frozen = {n: p.clone() for n, p in network.module.named_parameters() if not p.requires_grad}
        optimizer = optimizers.build("adamw", network.module, 1e-3, 0.01, 0.8, 5.0, asked=False)
        reached = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
        assert reached.keys() == {id(p) for p in trains.values()}
        assert bool(frozen) == (depth != "none") and max(reached.values()) == pytest.approx(5e-3)
        nn.functional.cross_entropy(tail(images), labels).backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in trains.values()), depth
        optimizer.step()
        now = dict(network.module.named_parameters())
        assert all(torch.equal(now[name], value) for name, value in frozen.items())
        elsewhere = channels_last(tail.to("meta"))
        elsewhere(images.to("meta")).sum().backward()  # a tensor that stayed behind is refused
