"""Training the tail on cached features beside training the frozen network the usual way, in one process.

python -m benchmarks.training ZIP --work FOLDER [--folds 5] [--epochs 10] [--size 128] [--share 1.0]

Writes benchmarks/results/training.{json,md}: for each cut the seconds of both ways on the same rows, folds,
epochs and weights, the cache's time included; our loop beside a bare PyTorch loop on the same batches; the
anonymous memory of training on a 20 GB array; and how near the tail comes to the machine's rate. Cuts that
are not named keep what an earlier call found.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import record
from benchmarks.checkout import prepare, share_of, training_arguments
from benchmarks.training_table import markdown
from podium.contracts import competition, manifest, pseudo
from podium.features.items import items_of
from podium.features.pixels import Normalise
from podium.features.store import features
from podium.foundation.run import derive
from podium.images.shards import Reader
from podium.networks import build as networks
from podium.networks import precision
from podium.networks.cut import Cut, cut, from_images
from podium.training import losses
from podium.training.feed.data import Batches, Cached, Examples, InputsOf
from podium.training.feed.pictures import Pictures
from podium.training.feed.rows import TrainingRows, training, validation
from podium.training.feed.sampling import EpochBatches, batches
from podium.training.loop import engine
from podium.training.loop.learner import LearningPlan
from podium.training.optim import optimizers, schedules
from podium.training.optim.convolutions import quicken

MODEL = "tf_efficientnet_lite0"
CUTS = {"block 4": "blocks.3", "block 5": "blocks.4", "block 6": "blocks.5", "head": "head"}
BATCH = 32
RATE = 1e-3
RESULTS = Path(__file__).parent / "results"
STAGES = ("ingest", "embed", "clean_labels", "split", "augment", "pseudo_label")
GIGABYTES = 20
TIMES_FORWARD = 3  # a step's arithmetic: forward, and backward by inputs and by weights
PRODUCT = 2048  # side of the matrices whose product measures the machine's rate


@dataclass(frozen=True)
class Setting:
    """What both ways share."""

    root: Path  # of data/
    folds: list[int]
    epochs: int
    size: int
    classes: int
    table: Any  # the manifest's rows of the chosen images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    training_arguments(parser)
    parser.add_argument("--cuts", nargs="*", default=list(CUTS), choices=CUTS)
    given = parser.parse_args()
    precision.native_bfloat16 = cache(lambda: False)  # it would speed up the cache and not the usual way
    place = given.work / given.zip.stem
    if not (place / "data/pseudo").exists():
        prepare(given.zip, given.work, STAGES)
    os.chdir(place)
    setting = Setting(
        place.resolve() / "data",
        list(range(given.folds)),
        given.epochs,
        given.size,
        len(competition.read().classes),
        share_of(manifest.MANIFEST.read(manifest.PATH), given.share),
    )
    found: dict[str, Any] = {
        "machine": machine(),
        "setting": {**vars(given), "zip": given.zip.stem, "work": ""},
    }
    told = {"share": given.share, **{name: found["machine"][name] for name in ("processor", "gflops")}}
    found["cuts"] = earlier() | {name: side_by_side(setting, CUTS[name]) | told for name in given.cuts}
    found["loop"] = overhead(setting) | {"share": given.share}
    found["memory"] = memory()
    write(found)


def earlier() -> dict[str, Any]:
    path = RESULTS / "training.json"
    cuts: dict[str, Any] = json.loads(path.read_text())["cuts"] if path.exists() else {}
    return cuts


def side_by_side(setting: Setting, freeze: str) -> dict[str, float]:
    """Seconds of all folds: from the cache, making it included, and from images through the whole network."""
    with tempfile.TemporaryDirectory() as store:
        os.environ["PODIUM_CACHE"] = store
        started = time.perf_counter()
        cached = [fold(setting, freeze, number, cached=True) for number in setting.folds]
        quick = time.perf_counter() - started
    started = time.perf_counter()
    usual = [fold(setting, freeze, number, cached=False) for number in setting.folds]
    slow = time.perf_counter() - started
    rows = sum(one["images"] for one in cached)
    tail = sum(one["seconds"] for one in cached)
    return {
        "cached_seconds": quick,
        "cache_seconds": quick - tail,
        "usual_seconds": slow,
        "ratio": slow / quick,
        "tail_images_per_second": rows * setting.epochs / tail,
        "tail_gflop": TIMES_FORWARD * gflop(setting, freeze),
        "cached_accuracy": float(np.mean([one["accuracy"] for one in cached])),
        "usual_accuracy": float(np.mean([one["accuracy"] for one in usual])),
    }


def gflop(setting: Setting, freeze: str) -> float:
    """Arithmetic of the tail on one image, forward."""
    network, parts = parted(setting, freeze)
    assert parts.frozen is not None
    rows, _ = fold_rows(setting, 0)
    one = items_of(rows.frame.iloc[:1])
    array = features(one, parts.frozen, network.preprocessing, root=setting.root)
    assert array is not None
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        parts.tail.eval()(torch.from_numpy(np.array(array[:1])).float())
    return float(counter.get_total_flops()) / 1e9


def fold(setting: Setting, freeze: str, number: int, *, cached: bool) -> dict[str, float]:
    """Trains one fold and says how long the training itself took."""
    network, parts = parted(setting, freeze)
    rows, check = fold_rows(setting, number)
    inputs, tail = fed(setting, network, parts, [rows, check], cached=cached)
    if cached:
        quicken(tail)
    examples = [
        Examples(i, part.targets, part.weights) for i, part in zip(inputs, (rows, check), strict=True)
    ]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = plan(network, setting.epochs, len(rows), number)
        settings = engine.Settings(fold=number, batch_size=BATCH)
        outcome = engine.fit(tail, made, settings, examples[0], examples[1], Path(folder))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "images": len(rows), "accuracy": outcome.history[-1]["val_accuracy"]}


def parted(setting: Setting, freeze: str) -> tuple[networks.Network, Cut]:
    network = networks.build(MODEL, True, setting.classes, setting.size)
    return network, cut(network, freeze)


def fold_rows(setting: Setting, number: int) -> tuple[TrainingRows, TrainingRows]:
    none = pseudo.table(setting.classes).empty()
    targets = np.eye(setting.classes, dtype=np.float32)
    return (
        training(setting.table, none, number, targets),
        validation(setting.table, number, targets),
    )


def fed(
    setting: Setting, network: networks.Network, parts: Cut, rows: list[TrainingRows], *, cached: bool
) -> tuple[list[InputsOf], nn.Module]:
    if not cached:
        reader = Reader(setting.root)
        return [Pictures(part.frame, reader, network.preprocessing) for part in rows], from_images(parts)
    assert parts.frozen is not None
    items = [item for part in rows for item in items_of(part.frame)]
    array = features(items, parts.frozen, network.preprocessing, root=setting.root)
    assert array is not None
    ends = np.cumsum([len(part) for part in rows])
    return [Cached(array, np.arange(e - len(p), e)) for e, p in zip(ends, rows, strict=True)], parts.tail


def plan(network: networks.Network, epochs: int, images: int, number: int) -> LearningPlan:
    steps = epochs * batches(images, BATCH)
    return LearningPlan(
        seed=derive(0, "benchmark", number),
        epochs=epochs,
        loss=losses.load("smoothed", {}),
        lr=RATE,
        optimizer=lambda lr: optimizers.build("adamw", network.module, lr, 0.01, 1.0),
        schedule=lambda optimizer: schedules.build("cosine", optimizer, steps, steps // (2 * epochs)),
        normalise=Normalise(network.preprocessing),
        channels_last=True,
    )


def overhead(setting: Setting) -> dict[str, float]:
    """Seconds of one epoch from images, our loop and a bare one on the same batches, the lowest of three."""
    rows, _ = fold_rows(setting, 0)
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(3):
        for way, seconds in ((our_loop, ours), (bare_loop, bare)):
            network, _ = parted(setting, "none")
            pictures = Pictures(rows.frame, Reader(setting.root), network.preprocessing)
            examples = Examples(pictures, rows.targets, rows.weights)
            started = time.perf_counter()
            way(network.module, examples, plan(network, 1, len(rows), 0))
            seconds.append(time.perf_counter() - started)
    return {"ours_seconds": min(ours), "bare_seconds": min(bare), "overhead": min(ours) / min(bare) - 1}


def our_loop(module: nn.Module, examples: Examples, made: LearningPlan) -> None:
    empty = Examples(examples.inputs, examples.targets[:0], examples.weights[:0])
    with tempfile.TemporaryDirectory() as folder:
        engine.fit(module, made, engine.Settings(fold=0, batch_size=BATCH), examples, empty, Path(folder))


def bare_loop(module: nn.Module, examples: Examples, made: LearningPlan) -> None:
    optimizer = made.optimizer(RATE)
    module.train()
    served, normalise = Batches(examples), made.normalise or nn.Identity()
    for batch in EpochBatches(len(examples), BATCH, made.seed):
        inputs, targets, _, _ = served[batch]
        loss = made.loss(module(normalise(inputs)), targets).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def memory() -> dict[str, float]:
    """Peak anonymous memory of an epoch's batches from a generated array of 20 GB (sparse on the disk)."""
    row = 112 * 8 * 8
    n = int(GIGABYTES * 1e9 / (4 * row))
    with tempfile.TemporaryDirectory() as folder:
        array = np.lib.format.open_memmap(Path(folder) / "a.npy", "w+", np.float32, (n, 112, 8, 8))
        del array
        found = np.load(Path(folder) / "a.npy", mmap_mode="r")
        tail = nn.Sequential(nn.Flatten(), nn.Linear(row, 10))
        optimizer = torch.optim.AdamW(tail.parameters())
        examples = Examples(
            Cached(found, np.arange(n)), np.full((n, 10), 0.1, np.float32), np.ones(n, np.float32)
        )
        served, peak = Batches(examples), 0.0
        for batch in EpochBatches(n, 256, 0):
            inputs, targets, _, _ = served[batch]
            loss = nn.functional.cross_entropy(tail(inputs), targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            peak = max(peak, anonymous())
    return {"array_gb": n * row * 4 / 1e9, "anonymous_gb": peak}


def anonymous() -> float:
    """GB of this process that no file backs."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1e6
    return 0.0


def machine() -> dict[str, Any]:
    """Versions, cores and the rate of a float32 matrix product, GFLOP/s."""
    square = torch.randn(PRODUCT, PRODUCT)
    rate = max(2 * PRODUCT**3 / clock(lambda: square @ square) / 1e9 for _ in range(5))
    return record.machine(("torch", "timm", "lightning", "numpy")) | {"gflops": round(rate)}


def clock(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def write(found: dict[str, Any]) -> None:
    """training.json and a table beside it."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "training.json").write_text(json.dumps(found, indent=2, default=str) + "\n")
    (RESULTS / "training.md").write_text(markdown(found))
    print(markdown(found))


if __name__ == "__main__":
    main()
