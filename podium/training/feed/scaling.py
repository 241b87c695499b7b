"""Measured numbers on the scale that networks learn on: mean 0 and spread 1 over the training images."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from podium.networks.heads import classifier_name
from podium.tasks.task import LinkName
from podium.training.feed.rows import TrainingRows

SMALLEST_SPREAD = 1e-8  # of a column's numbers: one that never varies is not blown up


@dataclass(frozen=True)
class Scale:
    """mean and spread (c,) of the training images' numbers."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    def __call__(self, rows: TrainingRows) -> TrainingRows:
        """The rows with targets on the network's scale."""
        return replace(rows, targets=((rows.targets - self.mean) / self.spread).astype(np.float32))

    def undo(self, module: nn.Module) -> None:
        """Turns the network's last layer so that it gives numbers in their own unit."""
        last = module.get_submodule(classifier_name(module))
        assert isinstance(last, nn.Linear | nn.Conv2d) and last.bias is not None
        spread, mean = (torch.from_numpy(part).to(last.weight) for part in (self.spread, self.mean))
        with torch.no_grad():
            last.weight.mul_(spread.view(-1, *[1] * (last.weight.ndim - 1)))
            last.bias.mul_(spread).add_(mean)


def of(rows: TrainingRows, link: LinkName) -> Scale | None:
    """The scale of numbers; None for what is no number."""
    if link != "identity":
        return None
    mean, spread = rows.targets.mean(0, dtype=np.float64), rows.targets.std(0, dtype=np.float64)
    return Scale(mean.astype(np.float32), np.maximum(spread, SMALLEST_SPREAD).astype(np.float32))
