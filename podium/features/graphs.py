"""The frozen part as an ONNX graph, made once for each network and size and kept in the scratch store."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from podium.foundation import files, scratch

KIND = "graphs"
OPSET = 17
FEW = 2  # images that a graph is traced and judged with; where its code holds their number, a whole batch
TOLERANCE = 1e-5  # of the largest value: a graph that differs more is not used
MODEL, REASON = "model.onnx", "reason.txt"


class OnnxRunner:
    """The graph at one input size, and PyTorch's module at every other (views that change the size)."""

    def __init__(self, file: Path, frozen: nn.Module, images: Tensor) -> None:
        import onnxruntime

        self.name = f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__}"
        self._file, self._frozen, self._shape = file, frozen, images.shape
        self._session: Any = None

    def __call__(self, images: Tensor) -> Tensor:
        """Rows of a whole batch."""
        if images.shape != self._shape:
            with torch.inference_mode():
                rows: Tensor = self._frozen(images.contiguous(memory_format=torch.channels_last))
            return rows
        if self._session is None:
            self._session = _session(self._file, self._shape[0])
        return _run(self._session, images)


def runner(frozen: nn.Module, digest: str, images: Tensor) -> OnnxRunner | None:
    """A runner of batches like `images`, or None (and a printed sentence) where no graph can be made.

    `digest` is of what `frozen` computes; `images` (BATCH, 3, side, side) are bytes or numbers.
    """
    import onnxruntime

    versions = [OPSET, torch.__version__, onnxruntime.__version__, torch.get_num_threads()]
    key = files.digest([digest, list(images.shape), str(images.dtype), *versions])

    def build(folder: Path) -> None:
        reason = _export(frozen, images, folder / MODEL)
        if reason is not None:
            (folder / MODEL).unlink(missing_ok=True)
            (folder / REASON).write_text(reason)

    folder = scratch.obtain(KIND, key[:32], build)
    if (folder / MODEL).exists():
        return OnnxRunner(folder / MODEL, frozen, images)
    print(f"features: PyTorch runs the frozen part, because {(folder / REASON).read_text()}")
    return None


def _export(frozen: nn.Module, images: Tensor, file: Path) -> str | None:
    """Writes the graph; why it must not be used, or None. Judged on fixed noise."""
    generator = torch.Generator().manual_seed(0)
    reason = None
    for shown in (FEW, len(images)):
        noise = _noise(images[:shown], generator)
        whole = noise.repeat(len(images) // shown, 1, 1, 1)
        try:
            with torch.inference_mode():
                expected = frozen(noise)
            with warnings.catch_warnings(), _quiet():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    frozen, (noise,), str(file), dynamo=False, opset_version=OPSET,
                    input_names=["images"], dynamic_axes={"images": {0: "batch"}},
                )  # fmt: skip
            found = _run(_session(file, len(images)), whole)[:shown]
        except Exception as error:  # exporters raise whatever a layer makes them raise
            reason = f"the ONNX exporter failed ({type(error).__name__})"
            continue
        difference = float((found - expected).abs().max() / expected.abs().max().clamp_min(1e-12))
        if difference <= TOLERANCE:
            return None
        reason = f"ONNX Runtime differs by {difference:.1e} of the largest value"
    return reason


def _noise(like: Tensor, generator: torch.Generator) -> Tensor:
    if like.dtype == torch.uint8:
        return torch.randint(0, 256, like.shape, dtype=torch.uint8, generator=generator)
    return torch.randn(like.shape, generator=generator)


def _session(file: Path, batch: int) -> Any:
    """Of the graph at one size of batch: of shapes that are free it takes a third longer."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors alone
    options.add_free_dimension_override_by_name("batch", batch)
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _run(session: Any, images: Tensor) -> Tensor:
    rows: np.ndarray = session.run(None, {"images": images.contiguous().numpy()})[0]
    return torch.from_numpy(rows)


class _quiet:
    """The exporter's log is no news to a reader of the run."""

    def __enter__(self) -> None:
        logging.disable(logging.WARNING)

    def __exit__(self, *_: object) -> None:
        logging.disable(logging.NOTSET)
