"""What runs a bundle's graphs: PyTorch on the quickest device that works, or ONNX Runtime.

Both are imported late, and only the one that the bundle was made for.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]
Graph = Callable[[Arrays], NDArray[Any]]
SUFFIXES = {"torch": ".pt", "onnx": ".onnx"}


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device(engine: str) -> str:
    """cuda where PyTorch finds a card, else cpu; ONNX Runtime is asked for the processor alone."""
    if engine != "torch":
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def graph(path: Path, where: str) -> Graph:
    """The graph of a file, on a device: arrays in the order of its inputs to its one output."""
    return _torch(path, where) if path.suffix == SUFFIXES["torch"] else _onnx(path)


def _torch(path: Path, where: str) -> Graph:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and the one form that older versions read too
        module = torch.jit.load(str(path), map_location=where).eval()  # type: ignore[no-untyped-call]
        if where != "cpu":
            take_device(module, where)

    def run(arrays: Arrays) -> NDArray[Any]:
        with torch.inference_mode():
            found = module(*(torch.from_numpy(array).to(where) for array in arrays))
        answer: NDArray[Any] = found.cpu().numpy()
        return answer

    return run


def take_device(module: Any, where: str) -> None:
    """Replaces the processor, on which a loaded graph was traced, by `where` among its constants.

    What a network makes while it runs (DINOv3's positions) has the device in the graph, where moving the
    weights does not reach.
    """
    import torch

    target = torch.device(where)
    example = torch.zeros(1)
    holder = torch.jit.trace(lambda some: some.to(target), example)  # type: ignore[no-untyped-call]
    one = holder.graph
    (wanted,) = _devices(one)
    for part in module.modules():
        try:
            graph = part.graph
        except RuntimeError:  # a part that the trace never calls has none
            continue
        for node in _devices(graph):
            node.copyAttributes(wanted)


def _devices(graph: Any) -> list[Any]:
    """The constants of a graph that are devices; the graph must outlive them."""
    nodes = graph.findAllNodes("prim::Constant")
    return [node for node in nodes if node.output().type().kind() == "DeviceObjType"]


def _onnx(path: Path) -> Graph:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]

    def run(arrays: Arrays) -> NDArray[Any]:
        answer: NDArray[Any] = session.run(None, dict(zip(names, arrays, strict=True)))[0]
        return answer

    return run


class OnDevice:
    """Several graphs on one device; where the device fails, all go on on the processor, once and told."""

    def __init__(self, files: Sequence[Path], engine: str) -> None:
        self.files, self.where = list(files), device(engine)
        self._graphs: list[Graph] | None = None

    def __call__(self, number: int, arrays: Arrays) -> NDArray[np.float32]:
        """What the graph of that number makes of the arrays."""
        try:
            return self._run(number, arrays)
        except RuntimeError as error:  # no kernel for this card, or no memory left on it
            if self.where == "cpu":
                raise
            why = " ".join(str(error).split())[:200]
            print(f"warning: the graphics card failed ({why}): the processor goes on", flush=True)
            self.where, self._graphs = "cpu", None
            return self._run(number, arrays)

    def _run(self, number: int, arrays: Arrays) -> NDArray[np.float32]:
        if self._graphs is None:
            self._graphs = [graph(path, self.where) for path in self.files]
        return self._graphs[number](arrays)
