"""How the frozen part runs: PyTorch in channels_last, in the numbers that the precision rule gives."""

import hashlib
import platform
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.features.items import channels_first
from podium.networks.precision import DTYPES, Kind, precision

BATCH = 32  # images a pass; the last is filled up, so that no image's bits depend on its company
Run = NDArray[Any]


class Engine:
    """Runs `frozen` on batches and gives rows as they lie on the disk."""

    def __init__(self, frozen: nn.Module, device: str) -> None:
        self.device = device
        self.kind: Kind = precision(frozen, device).frozen
        self.name = f"torch {torch.__version__}"
        self._frozen = frozen.eval().to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, images: Tensor) -> NDArray[Any]:
        """Rows float32, float16, or bfloat16 as uint16, of a normalised batch (n, 3, h, w), n <= BATCH."""
        return on_disk(self.rows(images), self.kind)

    def rows(self, images: Tensor) -> Tensor:
        """What the frozen part gives for the batch."""
        count = len(images)
        if count < BATCH:
            images = torch.cat([images, images[-1:].expand(BATCH - count, *images.shape[1:])])
        images = images.contiguous(memory_format=torch.channels_last)
        if self.device.startswith("cuda"):
            images = images.pin_memory().to(self.device, non_blocking=True)
        with torch.inference_mode(), self._numbers():
            found: Tensor = self._frozen(images)
        return found[:count]

    def _numbers(self) -> Any:
        device = self.device.partition(":")[0]
        return torch.autocast(device, DTYPES[self.kind], enabled=self.kind != "float32")


def on_disk(rows: Tensor, kind: Kind) -> NDArray[Any]:
    """Rows (n, ...) in the layout and numbers of the disk."""
    if channels_first(tuple(rows.shape[1:])):
        rows = rows.movedim(1, -1)
    rows = rows.to(DTYPES[kind]).cpu().contiguous()
    if kind == "bfloat16":
        return rows.view(torch.uint16).numpy()
    values: NDArray[Any] = rows.numpy()
    return values


def fingerprint(frozen: nn.Module) -> str:
    """A digest of what the frozen part computes: its code and every tensor in it."""
    state = hashlib.sha256(repr(frozen).encode())
    state.update(str(getattr(frozen, "code", "")).encode())
    for name, value in sorted(frozen.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            continue
        state.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        state.update(np.ascontiguousarray(value.detach().cpu().numpy()).tobytes())
    return state.hexdigest()


def machine(device: str) -> dict[str, Any]:
    """What the last bits of a result depend on beside the data: processor, versions, threads."""
    name = torch.cuda.get_device_name() if device.startswith("cuda") else _processor()
    return {"device": name, "torch": torch.__version__, "threads": torch.get_num_threads(), "batch": BATCH}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
