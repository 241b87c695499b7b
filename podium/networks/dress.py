"""What a built network is told for training alone: stochastic depth, and to forget what it can redo."""

import re

from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import Network

PATH = re.compile(r"drop_path\d*")  # timm's name of what drops a block's branch


def has_batch_norm(module: nn.Module) -> bool:
    """Does it average over the batch anywhere?"""
    return any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in module.modules())


def stochastic_depth(network: Network, rate: float) -> int:
    """Each image skips a block's branch with a chance that rises from 0 to `rate`; how many blocks have one.

    Call it before the network is cut. Huang et al. 2016.
    """
    from timm.layers.drop import DropPath
    from torchvision.ops import StochasticDepth

    named = [name for name, _ in network.module.named_modules()]
    places = [name for name in named if PATH.fullmatch(name.rpartition(".")[2])]
    built = [part for part in network.module.modules() if isinstance(part, StochasticDepth)]
    count = len(places) + len(built)
    rates = [rate * number / max(1, count - 1) for number in range(count)]
    for part, chance in zip(built, rates, strict=False):
        part.p = chance
    for name, chance in zip(places, rates, strict=False):
        parent, _, leaf = name.rpartition(".")
        setattr(network.module.get_submodule(parent), leaf, DropPath(chance) if chance else nn.Identity())
    return count


def checkpoint(network: Network, frozen: str) -> None:
    """What blocks computed is computed again in the backward pass: less memory, about a third more time.

    Batch norm then counts each batch twice in its statistics. Raises UserError where it cannot be.
    """
    ways = "set train.checkpointing to false"
    if frozen != "none":
        raise UserError(
            f"params.yaml: train.checkpointing works where all of {network.name} trains, and freeze became "
            f"{frozen}: {ways}, or freeze to none."
        )
    try:
        network.module.set_grad_checkpointing(True)  # type: ignore[operator]
    except (AttributeError, AssertionError):  # timm's answer where a family has none
        raise UserError(
            f"params.yaml: train.checkpointing: {network.name} cannot compute its blocks again: {ways}."
        ) from None
