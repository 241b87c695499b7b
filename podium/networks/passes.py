"""Passes that leave a network as it was, in halves where memory runs out; and what one costs."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

# What a device that is full says beside torch's own error: its libraries ask for memory of their own.
FULL = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")


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


def place(module: nn.Module) -> torch.device:
    """Where the module lies: a pass on a GPU moves what it runs, and leaves it there."""
    return next((value.device for value in (*module.parameters(), *module.buffers())), torch.device("cpu"))


def flops(module: nn.Module, shape: tuple[int, ...]) -> float:
    """Floating-point operations for one input of `shape`: two a multiply-add."""
    from torch.utils.flop_counter import FlopCounterMode

    with untouched(module), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *shape, device=place(module)))
    return float(counter.get_total_flops())


def channels_last(module: nn.Module) -> nn.Module:
    """The module with its maps' weights in channels_last memory, in place.

    torch's own `to(memory_format=)` fails at weights of volumes, which LambdaNetworks and others have.
    """
    with torch.no_grad():
        for value in (*module.parameters(), *module.buffers()):
            if value.ndim == 4:
                value.data = value.data.contiguous(memory_format=torch.channels_last)
    return module


def ran_out(error: RuntimeError) -> bool:
    """Is the error about a device's memory?"""
    return isinstance(error, torch.OutOfMemoryError) or any(word in str(error) for word in FULL)


def free() -> None:
    """Gives back what a failed pass held: call it when its error is forgotten, which holds it too."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def in_halves(run: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
    """run(batch) of rows that do not know each other: of its halves, and theirs, where memory runs out."""
    try:
        return run(batch)
    except RuntimeError as error:
        if len(batch) == 1 or not ran_out(error):
            raise
    free()
    middle = len(batch) // 2
    return torch.cat([in_halves(run, part) for part in (batch[:middle], batch[middle:])])
