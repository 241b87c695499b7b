"""Which numbers a network computes in: a fixed rule on device, processor and architecture, never a stopwatch.

Measured on two cores with AVX2 alone: bfloat16 is emulated there, 14 times slower than float32 in
channels_last. On one core that multiplies bfloat16 itself (Sapphire Rapids, AMX), bfloat16 in PyTorch against
float32, which ONNX Runtime computes for a frozen part:

| | frozen | training |
|---|---|---|
| resnet18, 64 px | 2.3 times the speed | 1.5 |
| resnet50, 128 px | 2.0 | 2.1 |
| vit_tiny, 224 px | 3.2 | 1.7 |
| convnext_atto, 128 px | 1.3 | 0.95 |
| tf_efficientnet_lite0, 128 px | 0.4 | 0.7 |

So what has depthwise convolutions computes in float32 on every processor.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch
from torch import nn

BFLOAT16_FLAGS = ("avx512_bf16", "amx_bf16")
AMPERE = 8  # CUDA's first generation that multiplies bfloat16

Precision = Literal["float32", "bfloat16", "float16"]
DTYPES: dict[Precision, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def precision(network: nn.Module, device: str = "cpu") -> Precision:
    """The rule for a frozen part or a tail: low precision where the device is quicker in it, see above."""
    if device.startswith("cuda"):
        return "bfloat16" if card_multiplies_bfloat16() else "float16"
    if device == "cpu" and native_bfloat16() and not depthwise(network):
        return "bfloat16"
    return "float32"


def card_multiplies_bfloat16() -> bool:
    """Does the GPU multiply bfloat16 itself? torch lets older ones imitate it, slower than float32."""
    return torch.cuda.get_device_capability()[0] >= AMPERE


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
