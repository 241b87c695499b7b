"""Which numbers a network computes in: a fixed rule on device, processor and architecture, never a stopwatch.

Measured on two cores with AVX2 alone: bfloat16 is emulated there, 14 times slower than float32 in
channels_last. Where the processor multiplies bfloat16 itself (AVX512-BF16, AMX) it is the faster way to run
the frozen part, and the faster way to train networks without depthwise convolutions.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch
from torch import nn

BFLOAT16_FLAGS = ("avx512_bf16", "amx_bf16")
AMPERE = 8  # CUDA's first generation that multiplies bfloat16

Kind = Literal["float32", "bfloat16", "float16"]
DTYPES: dict[Kind, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True)
class Precision:
    """The numbers of the frozen part and of the tail. Images and 4-d features lie in channels_last."""

    frozen: Kind
    tail: Kind


def precision(network: nn.Module, device: str = "cpu") -> Precision:
    """The rule: low precision where the device multiplies it itself; on CPUs depthwise tails take float32."""
    if device.startswith("cuda"):
        low: Kind = "bfloat16" if torch.cuda.get_device_capability()[0] >= AMPERE else "float16"
        return Precision(low, low)
    if device == "cpu" and native_bfloat16():
        return Precision("bfloat16", "float32" if depthwise(network) else "bfloat16")
    return Precision("float32", "float32")


def depthwise(network: nn.Module) -> bool:
    """Has the network convolutions with one input channel a group?"""
    return any(
        isinstance(part, nn.Conv2d) and part.groups > 1 and part.groups == part.in_channels
        for part in network.modules()
    )


@lru_cache
def native_bfloat16() -> bool:
    """Does this processor multiply bfloat16 itself? Read from /proc/cpuinfo; elsewhere no."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return any(flag in text for flag in BFLOAT16_FLAGS)


def best_device() -> str:
    """cuda, mps or cpu: the first that is there."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
