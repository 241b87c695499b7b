"""The learning rate by a short range test: deterministic, on a copy of the tail, without a trace."""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from podium.networks.passes import free, ran_out
from podium.training.feed.data import Batches, Examples
from podium.training.feed.sampling import EpochBatches
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

    Leaves tail, optimizer and generators as they were. Where memory runs out, a step is taken in twice as
    many parts. Smith 2017.
    """
    graphics = range(torch.cuda.device_count()) if device == "cuda" else []
    parts = 1
    while True:
        try:
            with torch.random.fork_rng(devices=graphics):
                torch.manual_seed(seed)
                moved = copy.deepcopy(tail).train().to(device)
                rates, losses = _losses(
                    moved, optimizer, loss, examples, -(-batch_size // parts), seed, parts
                )
            break
        except RuntimeError as error:
            if parts >= batch_size or not ran_out(error):
                raise
        moved, parts = tail, 2 * parts
        free()
    best = rates[int(np.argmin(losses))] / MARGIN
    return float(f"{best:.1e}")


def _losses(
    tail: nn.Module,
    optimizer: Callable[[nn.Module, float], Optimizer],
    loss: Loss,
    examples: Examples,
    batch_size: int,
    seed: int,
    parts: int,
) -> tuple[list[float], list[float]]:
    """(rates, smoothed losses) of steps of so many batches each."""
    moved = optimizer(tail, LOWEST)
    device = next(tail.parameters()).device
    batches = Batches(examples, accumulate=parts)
    order = EpochBatches(len(examples), batch_size, seed, accumulate=parts)
    rates: list[float] = []
    smoothed: list[float] = []
    mean = of_step = 0.0
    while len(rates) < STEPS:
        for number, batch in enumerate(order, 1):
            inputs, targets, weights, total = (value.to(device) for value in batches[batch])
            found = (loss(tail(inputs), targets) * weights).sum() / total / parts
            found.backward()  # type: ignore[no-untyped-call]
            of_step += float(found.detach())
            if number % parts and number < len(order):
                continue
            rate = LOWEST * (HIGHEST / LOWEST) ** (len(rates) / (STEPS - 1))
            for group in moved.param_groups:
                group["lr"] = rate * group.get("lr_scale", 1.0)
            mean, of_step = SMOOTHING * mean + (1 - SMOOTHING) * of_step, 0.0
            value = mean / (1 - SMOOTHING ** (len(rates) + 1))
            if not math.isfinite(value) or (smoothed and value > DIVERGED * min(smoothed)):
                return rates, smoothed
            rates.append(rate)
            smoothed.append(value)
            moved.step()
            moved.zero_grad()
            if len(rates) == STEPS:
                break
        order.set_epoch(order.epoch + 1)
    return rates, smoothed
