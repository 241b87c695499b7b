"""The check of benchmarks.gpu on speed: what our loop, and reading JPEGs, take from timm's bare loop."""

import shutil
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.gpu_material import CLASSES, Setup, fit
from podium.contracts.model import Preprocessing
from podium.features.pixels import Normalise
from podium.foundation.run import cores
from podium.networks.passes import channels_last
from podium.networks.precision import DTYPES, precision
from podium.training.feed.data import InputsOf

NEAR_BARE, NEAR_MEMORY = 0.9, 0.8  # of timm's bare loop: ours from memory, ours from JPEGs
ROUNDS = 8  # batches of each worker: the first few were made before anybody asked


class Clock(nn.Module):
    """Normalises, and notes when the middle and the last batch of an epoch come and all before are done."""

    def __init__(self, setup: Setup, made: Preprocessing, batches: int) -> None:
        super().__init__()
        self.normalise, self.setup, self.batches = Normalise(made), setup, batches
        self.seen, self.times = 0, list[float]()

    def forward(self, images: Tensor) -> Tensor:
        if self.seen in (self.batches // 2, self.batches - 1):
            wait(self.setup)
            self.times.append(time.perf_counter())
        self.seen += 1
        found: Tensor = self.normalise(images)
        return found

    @property
    def batches_per_s(self) -> float:
        """Of the epoch's second half."""
        return (self.batches - 1 - self.batches // 2) / (self.times[1] - self.times[0])


def speed(setup: Setup) -> dict[str, Any]:
    """Images a second: timm's bare loop, ours from memory, ours from JPEGs with more and more workers.

    What exactness takes of ours is seen beside the bare loop that is exact too.
    """
    bare, made = _bare(setup, exact=False), setup.network(setup.sizes.model).preprocessing
    exact = _bare(setup, exact=True)
    steps = setup.sizes.steps
    ours = _rate(setup, setup.resident(made), 2 * steps, 0)
    stored = {
        workers: _rate(setup, setup.pictures(made), max(steps // 2, ROUNDS * workers), workers)
        for workers in setup.sizes.workers
        if workers <= cores()
    }
    told = {"bare": bare, "bare_and_exact": exact, "from_memory": ours, "from_jpegs": stored}
    told["of_bare"], told["of_bare_and_exact"] = ours / bare, ours / exact
    best = max(stored.values(), default=0.0)
    told["bottleneck"] = "" if best >= NEAR_MEMORY * bare else f"reading: {best / bare:.2f} of the bare loop"
    return {"ok": not setup.gpu or ours >= NEAR_BARE * bare, **told}


def _bare(setup: Setup, exact: bool) -> float:
    """As timm trains, which asks for the quickest algorithms; or for exact ones, as we do."""
    if setup.gpu:
        torch.use_deterministic_algorithms(exact)
        torch.backends.cudnn.benchmark = not exact
    network = setup.network(setup.sizes.model)
    module, made, batch = network.module, network.preprocessing, setup.sizes.batch
    channels_last(module.to(setup.device)).train()
    images = Normalise(made)(setup.resident(made)(np.arange(batch), 0)).to(
        setup.device, memory_format=torch.channels_last
    )
    labels = torch.arange(batch, device=setup.device) % CLASSES
    optimizer = torch.optim.AdamW(module.parameters(), fused=setup.gpu)
    dtype = DTYPES[precision(module, setup.device)]
    began = 0.0
    for step in range(2 * setup.sizes.steps):
        if step == setup.sizes.steps:
            wait(setup)
            began = time.perf_counter()
        with torch.autocast(setup.device, dtype, enabled=dtype != torch.float32):
            loss = nn.functional.cross_entropy(module(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
    wait(setup)
    return setup.sizes.steps * batch / (time.perf_counter() - began)


def _rate(setup: Setup, inputs: InputsOf, batches: int, workers: int) -> float:
    """Images a second of the second half of so many batches: what starting and saving cost is left out."""
    network, folder = setup.network(setup.sizes.model), setup.out / "rate"
    shutil.rmtree(folder, ignore_errors=True)
    clock = Clock(setup, network.preprocessing, batches)
    count = batches * setup.sizes.batch
    fit(setup, network, inputs, folder, count=count, normalise=clock, workers=workers)
    return clock.batches_per_s * setup.sizes.batch


def wait(setup: Setup) -> None:
    """Until the device has done all that it was told."""
    if setup.gpu:
        torch.cuda.synchronize()
