"""Gradual unfreezing: modules that join training at their epoch, frozen batch norm included until then."""

from collections.abc import Sequence

from torch import nn

from podium.foundation.errors import UserError
from podium.training.params import Unfreezing


class Thaw:
    """The network's modules that wait for their epoch; of one inside another, the inner one decides."""

    def __init__(self, network: nn.Module, steps: Sequence[Unfreezing]) -> None:
        self.steps = tuple(steps)
        inwards = sorted(self.steps, key=lambda step: step.module.count("."))
        self.modules = [(find(network, step.module), step.epoch) for step in inwards]

    def __call__(self, epoch: int) -> None:
        """Freezes what waits and frees what does not; call it at each epoch's start, after train()."""
        for module, joins in self.modules:
            module.requires_grad_(epoch >= joins)
            module.train(epoch >= joins)

    def factor(self, epoch: int) -> float:
        """What the learning rate is multiplied by: the factors of all steps up to this epoch."""
        product = 1.0
        for step in self.steps:
            product *= step.lr_factor if epoch >= step.epoch else 1.0
        return product


def find(network: nn.Module, name: str) -> nn.Module:
    """The module. Raises UserError where the network has none of that name, or where it is below the cut."""
    modules = dict(network.named_modules())
    if name not in modules or not name:
        some = ", ".join(name for name, _ in network.named_children())
        raise UserError(
            f"params.yaml: train.unfreeze: the network has no module {name!r}: give one of {some}, or one "
            "inside."
        )
    trains = [parameter.requires_grad for parameter in modules[name].parameters()]
    if not trains:
        raise UserError(f"params.yaml: train.unfreeze: {name} has no weights that could train: take it out.")
    if not all(trains):
        raise UserError(
            f"params.yaml: train.unfreeze: {name} lies {'partly ' if any(trains) else ''}below the cut and "
            f"is computed once, so it cannot train: let freeze name an earlier module, or take {name} from "
            "train.unfreeze."
        )
    found: nn.Module = modules[name]
    return found
