"""The model in figures: parameters that train, that are frozen, and the memory that training needs."""

import torch
from torch import nn

from podium.networks.passes import place, untouched

BYTES = 4  # a float32
MIB = 2**20
OPTIMIZER_COPIES = {"sgd": 1, "adam": 2}  # values an optimizer keeps for each parameter


def counts(network: nn.Module) -> tuple[int, int]:
    """(all parameters, those that train)."""
    parameters = list(network.parameters())
    return sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)


def text(name: str, network: nn.Module, activations: int, batch_size: int, optimizer: str) -> str:
    """A printed summary; activations: values that an image leaves in the tail for the backward pass."""
    total, trainable = counts(network)
    weights = kept(network, optimizer) / MIB
    batch = activations * batch_size * BYTES / MIB
    return (
        f"{name}: {total:,} parameters, {trainable:,} train, {total - trainable:,} are frozen; memory: about "
        f"{weights:,.0f} MiB for weights, gradients and optimizer, {batch:,.0f} MiB a batch of {batch_size}"
    )


def kept(network: nn.Module, optimizer: str) -> int:
    """Bytes of weights, gradients and what the optimizer keeps."""
    total, trainable = counts(network)
    copies = 1 + OPTIMIZER_COPIES["sgd" if "sgd" in optimizer else "adam"]
    return (total + copies * trainable) * BYTES


def average(network: nn.Module, ema: float) -> int:
    """Bytes of the weights' moving average."""
    return counts(network)[0] * BYTES if ema else 0


def activations(tail: nn.Module, shape: tuple[int, ...]) -> int:
    """Values an image leaves behind in the tail: its layers' outputs, counted by one pass of two images."""
    seen = 0

    def count(_module: nn.Module, _inputs: object, output: object) -> None:
        nonlocal seen
        if isinstance(output, torch.Tensor):
            seen += output.numel() // 2

    leaves = [part for part in tail.modules() if not list(part.children())]
    hooks = [part.register_forward_hook(count) for part in leaves]
    with untouched(tail):
        tail(torch.zeros(2, *shape, device=place(tail)))
    for hook in hooks:
        hook.remove()
    return seen


def memory(device: str) -> int:
    """Bytes of the device's memory, free or not: what `auto` becomes must not depend on the hour."""
    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(0).total_memory)
    import psutil  # type: ignore[import-untyped]

    return int(psutil.virtual_memory().total)
