"""What a network would run on, found out without importing torch where there is no sign of a GPU."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

GB = 1e9
SIGNS = (Path("/proc/driver/nvidia"), Path("/dev/kfd"), Path("/dev/dxg"))  # NVIDIA's, AMD's, WSL's driver


@dataclass(frozen=True)
class Device:
    """A kind (cpu, cuda or mps) and its own memory, 10^9 bytes (0 where it has none of its own)."""

    kind: str
    memory_gb: float = 0.0


def device() -> Device:
    """The one that training will take."""
    if not (any(sign.exists() for sign in SIGNS) or shutil.which("nvidia-smi") or sys.platform == "darwin"):
        return Device("cpu")
    import torch

    from podium.networks.device import best_device

    kind = best_device()
    memory = torch.cuda.get_device_properties(0).total_memory / GB if kind == "cuda" else 0.0
    return Device(kind, memory)
