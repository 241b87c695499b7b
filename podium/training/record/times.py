"""What it costs to train from images where features would have been kept: two times, for a warning.

They are measured on a few blank images and only printed: nothing that decides a result reads them.
"""

import copy
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from podium.networks.cut import Cut

IMAGES = 8  # of the batch that is measured
CHECKS = 1 / 3  # of a training step's cost, an image that is only looked at


def sentence(parts: Cut, size: int, device: str, rows: int, watched: int, epochs: int, needed: int) -> str:
    """The warning; `rows` train and `watched` validate in each epoch; features take `needed` bytes."""
    assert parts.frozen is not None
    once, step = _seconds(parts.frozen, parts.tail, size, device)
    shown = epochs * (rows + CHECKS * watched)
    kept = (rows + watched) * once
    return (
        f"warning: training from images, {epochs} epochs of this fold take about "
        f"{_rounded(shown * step + epochs * (rows + watched) * once)} of arithmetic; with the features kept, "
        f"about {_rounded(shown * step)}, and {_rounded(kept)} once for all folds: raise "
        f"features.budget_gb to {math.ceil(needed / 1e8) / 10:g} or more"
    )


def _seconds(frozen: nn.Module, tail: nn.Module, size: int, device: str) -> tuple[float, float]:
    """(of an image through the frozen part, of an image in a training step of the tail), on copies."""
    frozen, tail = (copy.deepcopy(part).eval().to(device) for part in (frozen, tail))
    images = torch.zeros(IMAGES, 3, size, size, device=device)
    with torch.no_grad():
        once, found = _timed(lambda: frozen(images), device)
    weights = [p for p in tail.parameters() if p.requires_grad]

    def train() -> Tensor:
        logits: Tensor = tail(found)
        torch.autograd.grad(logits.sum(), weights, allow_unused=True)
        return logits.detach()

    step, _ = _timed(train, device)
    return once / IMAGES, step / IMAGES


def _timed(work: Callable[[], Tensor], device: str) -> tuple[float, Tensor]:
    work()  # libraries prepare themselves the first time
    started = time.perf_counter()
    found = work()
    if device != "cpu":
        float(found.flatten()[0])  # waits for the device
    return time.perf_counter() - started, found


def _rounded(seconds: float) -> str:
    return (
        f"{seconds / 60:.0f} min"
        if seconds >= 120
        else f"{seconds:.1f} s"
        if seconds < 10
        else f"{seconds:.0f} s"
    )
