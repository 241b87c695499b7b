"""The learning rate by a short range test: deterministic, on a copy of the tail, without a trace."""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from podium.training.feed.data import Batches, Examples
from podium.training.feed.sampling import Order
from podium.training.losses import Loss

STEPS = 40
LOWEST, HIGHEST = 1e-6, 1.0
SMOOTHING = 0.8  # of the running mean of losses
DIVERGED = 2.0  # times the lowest loss: the test stops
MARGIN = 5.0  # the taken rate is this much below that of the lowest loss


def learning_rate(
    tail: nn.Module,
    optimizer: Callable[[nn.Module, float], Optimizer],
    loss: Loss,
    examples: Examples,
    batch_size: int,
    seed: int,
    device: str = "cpu",
) -> float:
    """The rate, two digits, a fifth of that at which the smoothed loss is lowest as the rate rises.

    Leaves tail, optimizer and generators as they were. Smith 2017.
    """
    graphics = range(torch.cuda.device_count()) if device == "cuda" else []
    with torch.random.fork_rng(devices=graphics):
        torch.manual_seed(seed)
        moved = copy.deepcopy(tail).train().to(device)
        rates, losses = _losses(moved, optimizer, loss, examples, batch_size, seed)
    best = rates[int(np.argmin(losses))] / MARGIN
    return float(f"{best:.1e}")


def _losses(
    tail: nn.Module,
    optimizer: Callable[[nn.Module, float], Optimizer],
    loss: Loss,
    examples: Examples,
    batch_size: int,
    seed: int,
) -> tuple[list[float], list[float]]:
    moved = optimizer(tail, LOWEST)
    device = next(tail.parameters()).device
    batches, order = Batches(examples), Order(len(examples), batch_size, seed)
    rates: list[float] = []
    smoothed: list[float] = []
    mean = 0.0
    while len(rates) < STEPS:
        for batch in order:
            inputs, targets, weights, total = (value.to(device) for value in batches[batch])
            rate = LOWEST * (HIGHEST / LOWEST) ** (len(rates) / (STEPS - 1))
            for group in moved.param_groups:
                group["lr"] = rate * group.get("lr_scale", 1.0)
            found = (loss(tail(inputs), targets) * weights).sum() / total
            mean = SMOOTHING * mean + (1 - SMOOTHING) * float(found.detach())
            value = mean / (1 - SMOOTHING ** (len(rates) + 1))
            if not math.isfinite(value) or (smoothed and value > DIVERGED * min(smoothed)):
                return rates, smoothed
            rates.append(rate)
            smoothed.append(value)
            moved.zero_grad()
            found.backward()  # type: ignore[no-untyped-call]
            moved.step()
            if len(rates) == STEPS:
                break
        order.set_epoch(order.epoch + 1)
    return rates, smoothed
