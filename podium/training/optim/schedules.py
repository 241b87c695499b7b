"""How the learning rate moves over training."""

import math
from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LinearLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

FLOOR = 0.01  # of the learning rate, where cosine ends
STEP_AT = (0.5, 0.75)  # shares of training after which `step` divides
STEP_FACTOR = 0.1
PLATEAU = {"factor": 0.5, "patience": 3}  # of the training loss: validation steers nothing
RISE = 0.3  # share of training in which onecycle's rate rises, at least


def build(
    name: str,
    optimizer: Optimizer,
    steps: int,
    warmup: int,
    factor_at: Callable[[int], float] = lambda step: 1.0,
) -> LRScheduler:
    """The scheduler of `steps` optimizer steps, the first `warmup` of which rise linearly.

    `plateau` is stepped after each epoch with its training loss, all others after each optimizer step;
    `onecycle` rises for at least RISE of them; factor_at(step) is one more factor, of unfreezing.
    """
    if name == "plateau":
        return Plateau(optimizer, warmup)
    if name == "onecycle":
        rates = [group["lr"] for group in optimizer.param_groups]
        share = min(0.9, max(warmup / steps, RISE if steps > 3 else 0.5))
        return OneCycleLR(
            optimizer, rates, total_steps=steps + 1, pct_start=share, cycle_momentum=_has_momentum(optimizer)
        )
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


def _has_momentum(optimizer: Optimizer) -> bool:
    first = optimizer.param_groups[0]
    return first.get("momentum") is not None or (first.get("betas") or (None,))[0] is not None


class Plateau(ReduceLROnPlateau):
    """Halves the rate after `patience` epochs without a lower training loss, once it has risen linearly.

    step(loss) is called after each epoch, `rise` after each optimizer step.
    """

    def __init__(self, optimizer: Optimizer, warmup: int) -> None:
        super().__init__(optimizer, **PLATEAU)  # type: ignore[arg-type]
        self._rise = LinearLR(optimizer, 1 / (warmup + 1), 1.0, warmup) if warmup else None

    def rise(self) -> None:
        """One optimizer step is taken."""
        if self._rise is not None:
            self._rise.step()

    def state_dict(self) -> dict[str, Any]:
        """Plain values; the rise's own under `rise`."""
        values = super().state_dict()
        values.pop("_rise")
        return values | {"rise": self._rise.state_dict() if self._rise else {}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        values = dict(state_dict)
        rise = values.pop("rise")
        super().load_state_dict(values)
        if self._rise is not None:
            self._rise.load_state_dict(rise)
