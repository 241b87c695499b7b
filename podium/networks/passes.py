"""Passes that leave a network as it was, and what one costs."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def untouched(module: nn.Module) -> Iterator[None]:
    """In eval mode and without gradients; after it every part has its own mode again."""
    was = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, training in was:
            part.training = training


def flops(module: nn.Module, shape: tuple[int, ...], device: str = "cpu") -> float:
    """Floating-point operations for one input of `shape`: two a multiply-add."""
    from torch.utils.flop_counter import FlopCounterMode

    with untouched(module), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *shape, device=device))
    return float(counter.get_total_flops())
