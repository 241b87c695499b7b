"""Batch norms that devices share: Lightning trains others in the place of the network's own, and drops those.

A cut network's modules belong to the whole network too, which is saved: without their statistics it would
predict by those that it had before training.
"""

from torch import nn

from podium.networks.heads import set_module

Norms = dict[str, nn.Module]


def norms(tail: nn.Module) -> Norms:
    """The tail's own batch norms by name."""
    return {
        name: part for name, part in tail.named_modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)
    }


def leave(tail: nn.Module, own: Norms) -> None:
    """The tail's own batch norms back in their places, with what their stand-ins know."""
    for name, part in own.items():
        other = tail.get_submodule(name)
        if other is not part:
            part.load_state_dict(other.state_dict())
            set_module(tail, name, part)
