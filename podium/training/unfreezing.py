"""Gradual unfreezing: modules that join training at their epoch, frozen batch norm included until then."""

from collections.abc import Sequence

from torch import nn

from podium.errors import UserError
from podium.training.params import Unfreezing


class Thaw:
    """The network's modules that wait for their epoch."""

    def __init__(self, network: nn.Module, steps: Sequence[Unfreezing]) -> None:
        self.steps = tuple(steps)
        self.modules = [find(network, step.module) for step in steps]

    def __call__(self, epoch: int) -> None:
        """Freezes what waits and frees what does not; call it at each epoch's start, after train()."""
        for step, module in zip(self.steps, self.modules, strict=True):
            waits = epoch < step.epoch
            module.requires_grad_(not waits)
            module.train(not waits)

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
    if not any(parameter.requires_grad for parameter in modules[name].parameters()):
        raise UserError(
            f"params.yaml: train.unfreeze: {name} lies below the cut and is computed once, so it cannot "
            f"train: let freeze name an earlier module, or take {name} from train.unfreeze."
        )
    found: nn.Module = modules[name]
    return found
