"""An exponential moving average of the weights (EMA), updated after each optimizer step."""

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

Tensors = tuple[Tensor, ...] | list[Tensor]

WARM_UP = 10  # early steps average less: decay is at most (1 + step) / (10 + step), as in TensorFlow's EMA


def average(tail: nn.Module, decay: float) -> AveragedModel:
    """A copy of the tail whose floats follow it: w <- decay w + (1 - decay) w_tail; counters are copied."""

    def follow(averages: Tensors, weights: Tensors, count: Tensor | int) -> None:
        if averages[0].is_floating_point():  # torch hands over lists of one type each
            share = 1 - min(decay, (1 + int(count)) / (WARM_UP + int(count)))
            torch._foreach_lerp_(averages, weights, share)
        else:
            torch._foreach_copy_(averages, weights)

    copy = AveragedModel(tail, multi_avg_fn=follow, use_buffers=True)
    copy.requires_grad_(False)
    return copy
