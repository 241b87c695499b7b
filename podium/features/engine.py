"""How the frozen part runs: ONNX Runtime on a CPU, where it agrees with PyTorch to 1e-5, else PyTorch.

On two AVX2 cores lite0 at 128 pixels gave 205 images/s in ONNX Runtime and 109 in PyTorch (channels_last).
"""

import hashlib
import platform
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.contracts.model import Preprocessing
from podium.features import graphs
from podium.features.items import channels_first
from podium.features.pixels import Normalise
from podium.foundation import files
from podium.networks.passes import channels_last, in_halves, place
from podium.networks.precision import DTYPES, Precision

# Images a pass; the last is filled up, so that no image's bits depend on its company. 32 do not fill a card.
BATCH, BATCH_GPU = 32, 128


class Runner(Protocol):
    """Runs whole batches (n, 3, h, w)."""

    name: str  # with its version

    def __call__(self, images: Tensor) -> Tensor:
        """Rows (n, ...) on the CPU."""
        ...


class Engine:
    """Runs `frozen` on batches and gives rows as they lie on the disk. Bytes are normalised on the way."""

    def __init__(self, frozen: nn.Module, device: str, preprocessing: Preprocessing, kind: Precision) -> None:
        self.kind: Precision = kind
        self.digest = fingerprint(frozen)
        self.device, self._preprocessing = device, preprocessing
        self._module = nn.Sequential(Normalise(preprocessing), frozen).eval()
        self._runners: dict[torch.dtype, Runner] = {}
        self.name = self._runner(torch.uint8).name

    def __call__(self, images: Tensor) -> NDArray[Any]:
        """Rows float32, float16, or bfloat16 as uint16, of a batch (n, 3, h, w), n <= `batch_of` the device.

        Images are bytes, or normalised numbers.
        """
        return on_disk(
            self._runner(images.dtype)(filled(images, batch_of(self.device)))[: len(images)], self.kind
        )

    def _runner(self, dtype: torch.dtype) -> Runner:
        if dtype not in self._runners:
            self._runners[dtype] = self._choose(dtype)
        return self._runners[dtype]

    def _choose(self, dtype: torch.dtype) -> Runner:
        if self.device == "cpu" and self.kind == "float32":
            made = self._preprocessing
            digest = files.digest([self.digest, list(made.mean), list(made.std)])
            runner = graphs.runner(
                self._module, digest, torch.zeros(BATCH, 3, made.size, made.size, dtype=dtype)
            )
            if runner is not None:
                return runner
        return TorchRunner(self._module, self.device, self.kind)


class TorchRunner:
    """The frozen part as it is, in channels_last and the numbers of the precision rule."""

    def __init__(self, frozen: nn.Module, device: str, kind: Precision) -> None:
        self.name = f"torch {torch.__version__}"
        self._device, self._kind = device, kind
        self._frozen = channels_last(frozen.to(device))

    def __call__(self, images: Tensor) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        images = images.to(self._device)
        low = self._kind != "float32"
        with (
            torch.inference_mode(),
            torch.autocast(self._device.partition(":")[0], DTYPES[self._kind], enabled=low),
        ):
            return in_halves(lambda part: self._frozen(part).cpu(), images)


def row_shape(frozen: nn.Module, images: Tensor) -> tuple[int, ...]:
    """The shape of one row of what the frozen part makes of `images`."""
    with torch.inference_mode():
        return tuple(frozen.eval()(images.to(place(frozen))).shape[1:])


def batch_of(device: str) -> int:
    """Images a pass on the device."""
    return BATCH_GPU if device.startswith("cuda") else BATCH


def filled(images: Tensor, batch: int) -> Tensor:
    """The images brought to `batch` by the last one."""
    missing = batch - len(images)
    return images if missing == 0 else torch.cat([images, images[-1:].expand(missing, *images.shape[1:])])


def on_disk(rows: Tensor, kind: Precision) -> NDArray[Any]:
    """Rows (n, ...) in the layout and numbers of the disk."""
    if channels_first(tuple(rows.shape[1:])):
        rows = rows.movedim(1, -1)
    rows = rows.to(DTYPES[kind]).contiguous()
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
    return {"device": name, "threads": torch.get_num_threads(), "batch": batch_of(device)}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
