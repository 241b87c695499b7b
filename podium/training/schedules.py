"""How the learning rate moves over training."""

import math
from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

FLOOR = 0.01  # of the learning rate, where cosine ends
STEP_AT = (0.5, 0.75)  # shares of training after which `step` divides
STEP_FACTOR = 0.1
PLATEAU = {"factor": 0.5, "patience": 3}  # of the training loss: validation steers nothing


def build(
    name: str,
    optimizer: Optimizer,
    steps: int,
    warmup: int,
    factor_at: Callable[[int], float] = lambda step: 1.0,
) -> LRScheduler:
    """The scheduler of `steps` optimizer steps, the first `warmup` of which rise linearly.

    `plateau` is stepped after each epoch with its training loss, all others after each optimizer step;
    factor_at(step) is one more factor, of unfreezing.
    """
    if name == "plateau":
        return ReduceLROnPlateau(optimizer, **PLATEAU)  # type: ignore[arg-type]
    if name == "onecycle":
        rates = [group["lr"] for group in optimizer.param_groups]
        share = min(0.9, max(warmup / steps, 0.3 if steps > 3 else 0.5))
        return OneCycleLR(optimizer, rates, total_steps=steps + 1, pct_start=share)
    factor = FACTORS[name]

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / (warmup + 1) * factor_at(step)
        return factor((step - warmup) / max(1, steps - warmup)) * factor_at(step)

    return LambdaLR(optimizer, rate)


def cosine(progress: float) -> float:
    """From 1 to FLOOR; progress [0, 1]. Loshchilov & Hutter 2017."""
    return FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def step(progress: float) -> float:
    """A tenth after half of training, a hundredth after three quarters."""
    return STEP_FACTOR ** sum(progress >= share for share in STEP_AT)


def constant(_progress: float) -> float:
    """Always 1."""
    return 1.0


FACTORS: dict[str, Callable[[float], float]] = {"cosine": cosine, "step": step, "constant": constant}


def state(scheduler: LRScheduler) -> dict[str, Any]:
    """What a resumed run needs: plain values only, no code."""
    return {key: value for key, value in scheduler.state_dict().items() if _plain(value)}


def _plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_plain(item) for item in value)
    if isinstance(value, dict):
        return all(_plain(item) for item in value.values())
    return value is None or isinstance(value, bool | int | float | str)
