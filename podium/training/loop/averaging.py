"""An exponential moving average of the weights (EMA), updated after each optimizer step."""

import copy
from itertools import groupby

import torch
from torch import Tensor, nn

WARM_UP = 10  # early steps average less: decay is at most (1 + step) / (10 + step), as in TensorFlow's EMA


class Average(nn.Module):
    """A copy of the tail whose floats follow it: w <- decay w + (1 - decay) w_tail; counters are copied.

    torch's AveragedModel counts its steps in a tensor, and each look at it waits for the device.
    """

    def __init__(self, tail: nn.Module, decay: float) -> None:
        super().__init__()
        self.module = copy.deepcopy(tail).requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, tail: nn.Module) -> None:
        """One step of the optimizer is taken; the first one is copied."""
        share = 1 - min(self.decay, (1 + self.steps) / (WARM_UP + self.steps))
        pairs = sorted(zip(_values(self.module), _values(tail), strict=True), key=lambda pair: _kind(pair[0]))
        for _, group in groupby(pairs, key=lambda pair: _kind(pair[0])):
            averages, values = (list(part) for part in zip(*group, strict=True))
            if self.steps and averages[0].is_floating_point():
                torch._foreach_lerp_(averages, values, share)
            else:
                torch._foreach_copy_(averages, values)
        self.steps += 1

    def get_extra_state(self) -> Tensor:
        """The steps so far, for the resume state."""
        return torch.tensor(self.steps)

    def set_extra_state(self, state: Tensor) -> None:
        """Takes what `get_extra_state` gave."""
        self.steps = int(state)


def _values(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def _kind(value: Tensor) -> str:
    return str(value.dtype)
