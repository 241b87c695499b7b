"""Optimizers by name, from timm: adam, adamw, sgd, radam, ranger (lookahead_radam) and all its others."""

from typing import Any

import torch
from timm.optim._optim_factory import create_optimizer_v2, list_optimizers
from torch import nn
from torch.optim import Optimizer

from podium.foundation.errors import UserError
from podium.networks.heads import classifier_name

Group = dict[str, Any]

MOMENTUM = 0.9
NAMES = {"ranger": "lookahead_radam"}  # names that timm has under another
FUSED = ("adam", "adamw")  # torch's own, one pass over all weights: 20 -> 12 ms a step for 3.4 M on a CPU


def build(
    name: str,
    network: nn.Module,
    lr: float,
    weight_decay: float,
    layer_decay: float,
    head_factor: float = 1.0,
    *,
    fused: bool = True,
    asked: bool = True,
) -> Optimizer:
    """The optimizer over the network's parameters that require a gradient; none on biases and norms decay.

    layer_decay < 1 multiplies the rate of each layer below the head once more, head_factor that of the head.
    `asked`: did the user name layer_decay? `fused`: may Adam be torch's one-pass kind, whose gradients mixed
    precision cannot clip? Raises UserError for an unknown name, or an optimizer that cannot work here.
    """
    name = NAMES.get(name, name)
    _refuse_unknown(name)
    options: dict[str, Any] = {}
    if layer_decay < 1:
        options["layer_decay"] = layer_decay
        if not hasattr(network, "group_matcher"):  # timm counts layers back from the head that this names
            setattr(network, "pretrained_cfg", {"classifier": classifier_name(network)})  # noqa: B010
    if fused and name in FUSED and all(p.dtype == torch.float32 for p in network.parameters()):
        options["fused"] = True
    try:
        optimizer = create_optimizer_v2(
            network,
            opt=name,
            lr=lr,
            weight_decay=weight_decay,
            momentum=MOMENTUM,
            filter_bias_and_bn=True,
            **options,
        )
    except (AssertionError, ImportError) as error:  # timm's answer where a package or a device is missing
        raise UserError(
            f"params.yaml: train.optimizer: {name} cannot work here ({error}): choose adamw or another."
        ) from None
    if getattr(optimizer, "is_second_order", False):
        raise UserError(
            f"params.yaml: train.optimizer: {name} needs second derivatives, which are not computed here: "
            "choose adamw or another."
        )
    if asked and layer_decay < 1 and len({group["lr_scale"] for group in optimizer.param_groups}) == 1:
        raise UserError(
            f"params.yaml: train.layer_decay: {layer_decay} slows earlier layers, and none that trains is "
            "earlier than another: set it to 1, or freeze less."
        )
    if head_factor != 1:
        optimizer.param_groups[:] = _with_the_head_apart(optimizer.param_groups, network, head_factor)
    for group in optimizer.param_groups:
        group["lr"] = lr * group.get("lr_scale", 1.0)
        group["initial_lr"] = group["lr"]
    return optimizer


def _with_the_head_apart(groups: list[Group], network: nn.Module, factor: float) -> list[Group]:
    head = {id(p) for p in network.get_submodule(classifier_name(network)).parameters()}
    found = []
    for group in groups:
        for of_head in (False, True):
            some = [p for p in group["params"] if (id(p) in head) is of_head]
            scale = group.get("lr_scale", 1.0) * (factor if of_head else 1.0)
            if some:
                found.append(group | {"params": some, "lr_scale": scale})
    return found


def _refuse_unknown(name: str) -> None:
    if name.removeprefix("lookahead_") not in list_optimizers():
        raise UserError(
            f"params.yaml: train.optimizer: {name} is unknown to timm: choose adam, adamw, sgd, radam, "
            f"ranger or another of timm.optim.list_optimizers()."
        )


def to_device(optimizer: Optimizer, device: torch.device) -> None:
    """Moves the state, which a resume read onto the CPU."""
    for values in optimizer.state.values():
        for key, value in values.items():
            if isinstance(value, torch.Tensor) and key != "step":
                values[key] = value.to(device)
