"""The checks of benchmarks.gpu by name: each gives `ok` and what it measured."""

import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.gpu_material import CLASSES, Check, Interrupts, Setup, digest, fit
from podium.features.items import IDENTITY, View, items_of
from podium.features.pixels import Normalise
from podium.foundation.run import cores
from podium.networks import device as devices
from podium.networks.cut import cut
from podium.networks.precision import DTYPES, precision
from podium.training.feed.data import Batches, loader
from podium.training.feed.sampling import Order
from podium.tta.members import FoldNetwork, Inputs, logits_of
from podium.tta.params import TtaParams
from podium.tta.views import views_of

ROOT = Path(__file__).parents[1]
GIB = 2**30
NEAR_BARE, NEAR_MEMORY = 0.9, 0.8  # of timm's bare loop: ours from memory, ours from JPEGs
CAPS = (15, 23)  # GiB: a T4's and an A10's
ALIKE = {"bfloat16": (0.05, 0.9), "float16": (0.02, 0.97)}  # relative loss, cosine of gradients to float32's
LOGITS = 1e-2  # of logits' spread: device against processor in float32 or TF32
SECONDS = 540


def facts(setup: Setup) -> dict[str, Any]:
    """The card, what torch was built for, the driver, the cores."""
    told: dict[str, Any] = {"torch": torch.__version__, "cores": cores(), "device": setup.device}
    if setup.gpu:
        found = torch.cuda.get_device_properties(0)
        told |= {
            "card": found.name,
            "capability": f"sm_{found.major}{found.minor}",
            "gib": found.total_memory / GIB,
        }
        told |= {"built_for": torch.cuda.get_arch_list(), "cuda": torch.version.cuda, "driver": _driver()}
    return {"ok": devices.unusable() is None} | told


def _driver() -> str:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return "unknown"


def precisions(setup: Setup) -> dict[str, Any]:
    """One step's loss and gradients in three precisions."""
    found: dict[str, Any] = {}
    told: dict[str, Any] = {}
    well = True
    for kind, dtype in DTYPES.items():
        network = setup.network(setup.sizes.model)
        module = network.module.to(setup.device).train()
        images = setup.resident(network.preprocessing)(np.arange(setup.sizes.batch), 0).to(setup.device)
        normalised = Normalise(network.preprocessing).to(setup.device)(images)
        labels = torch.arange(setup.sizes.batch, device=setup.device) % CLASSES
        with torch.autocast(setup.device, dtype, enabled=kind != "float32"):
            loss = nn.functional.cross_entropy(module(normalised).float(), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = torch.cat([p.grad.flatten().float() for p in module.parameters() if p.grad is not None])
        found[kind] = loss.item(), gradients
    for name, (most, least) in ALIKE.items():
        apart = abs(found[name][0] / found["float32"][0] - 1)
        cosine = nn.functional.cosine_similarity(found[name][1], found["float32"][1], dim=0).item()
        told[name] = {"loss_apart": apart, "cosine": cosine}
        well &= apart <= most and cosine >= least
    return {"ok": bool(well), **told}


def bits(setup: Setup) -> dict[str, Any]:
    """The same bits twice, and after an interrupt in the second epoch."""
    told = {}
    for model in setup.sizes.repeats:
        one, two = (_trained(setup, model, setup.out / f"bits-{model}-{i}") for i in range(2))
        resumed = _interrupted(setup, model, setup.out / f"bits-{model}-broken")
        told[model] = {"twice": one == two, "after_interrupt": one == resumed}
    return {"ok": all(all(found.values()) for found in told.values()), **told}


def resume(setup: Setup) -> dict[str, Any]:
    """A fold in float16, whose losses are scaled, goes on to the same bits."""
    kind = "16-mixed" if setup.gpu else "bf16-mixed"
    model = setup.sizes.repeats[0]
    whole = _trained(setup, model, setup.out / "half-whole", precision=kind)
    broken = _interrupted(setup, model, setup.out / "half-broken", precision=kind)
    return {"ok": whole == broken, "precision": kind, "skipped": "" if setup.gpu else "float16: no GPU"}


def _trained(setup: Setup, model: str, folder: Path, **changes: Any) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    network = setup.network(model)
    fit(setup, network, setup.resident(network.preprocessing), folder, epochs=2, **changes)
    return digest(network.module)


def _interrupted(setup: Setup, model: str, folder: Path, **changes: Any) -> str:
    """Broken off after the first batch of the second epoch, then taken up by a fresh network."""
    shutil.rmtree(folder, ignore_errors=True)
    network = setup.network(model)
    inputs = setup.resident(network.preprocessing)
    batches = len(Order(setup.sizes.images, setup.sizes.batch, 3, 0, None))
    try:
        fit(setup, network, Interrupts(inputs, batches + 2), folder, epochs=2, **changes)
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("nothing was interrupted")
    again = setup.network(model)
    fit(setup, again, inputs, folder, epochs=2, **changes)
    return digest(again.module)


def ddp(setup: Setup) -> dict[str, Any]:
    """Lightning's DDP of one device learns what a plain run does."""
    model = setup.sizes.repeats[0]
    runs = {}
    for strategy in ("auto", "ddp"):
        network = setup.network(model)
        folder = setup.out / f"strategy-{strategy}"
        shutil.rmtree(folder, ignore_errors=True)
        inputs = setup.resident(network.preprocessing)
        runs[strategy] = fit(setup, network, inputs, folder, strategy=strategy, precision="32-true").history[
            -1
        ]
    one, two = (run["train_loss"] for run in runs.values())
    return {"ok": abs(one - two) < 1e-4 * max(abs(one), 1), "plain": one, "ddp": two}


def ranks(setup: Setup) -> dict[str, Any]:
    """Two ranks' loaders serve each image once, whatever the last batch's size."""
    network = setup.network(setup.sizes.model)
    learnt = setup.examples(setup.resident(network.preprocessing))
    order = Order(len(learnt), setup.sizes.batch + 1, 3, 0, None)
    served = [
        sum(len(targets) for _, targets, *_ in loader(Batches(learnt, rank, 2), order)) for rank in range(2)
    ]
    return {"ok": sum(served) == sum(len(step[1]) for step in order), "served": served}


def frozen(setup: Setup) -> dict[str, Any]:
    """Predict keeps the frozen part's features and finds them again; its logits are the processor's."""
    took, found = [], []
    for device in (setup.device, setup.device, "cpu"):
        began = time.perf_counter()
        found.append(_predicted(setup, device, [IDENTITY], setup.sizes.batch))
        took.append(time.perf_counter() - began)
    here, again, processor = found
    kept = sorted((setup.out / "scratch/features").glob("*/features.npy"))
    apart = float(np.abs(here - processor).max() / processor.std())
    well = bool(kept) and np.array_equal(here, again) and apart < LOGITS
    return {"ok": bool(well), "first_s": took[0], "again_s": took[1], "logits_apart": apart}


def views(setup: Setup) -> dict[str, Any]:
    """Images a second that predict makes of stored JPEGs under the default views, nothing cached."""
    network = setup.network(setup.sizes.model)
    names = ["hflip", "rotate", "shift"] if setup.gpu else ["hflip"]  # beside each image as it is
    group = views_of(
        names, TtaParams(), network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )
    wanted = [view for some in group.values() for view in some]
    shutil.rmtree(setup.out / "scratch/features", ignore_errors=True)
    began = time.perf_counter()
    logits = _predicted(setup, setup.device, wanted, setup.sizes.images)
    rate = setup.sizes.images / (time.perf_counter() - began)
    well = logits.shape == (len(wanted), setup.sizes.images, CLASSES) and bool(np.isfinite(logits).all())
    return {"ok": well, "views": [view.name for view in wanted], "images_per_s": rate}


def _predicted(setup: Setup, device: str, wanted: list[View], count: int) -> NDArray[np.float32]:
    """(views, count, CLASSES) logits as predict computes them: cut at the last stage, through the store."""
    network = setup.network(setup.sizes.model)
    parts = cut(network, "last_stage", device)
    for part in (network.module, parts.tail, parts.frozen):
        if part is not None:
            part.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    items, rows = items_of(setup.frame().head(count)), np.arange(count)
    inputs = Inputs(items, {0: rows}, wanted, device, setup.out / "data")
    return logits_of([FoldNetwork(0, network, parts, CLASSES)], inputs, budget_gb=20)[0]


def memory(setup: Setup) -> dict[str, Any]:
    """The peak at the default batch, and with memory capped: it fits, or recovers by itself."""
    if not setup.gpu:
        return {"ok": True, "skipped": "memory of a card"}
    told: dict[str, Any] = {}
    well = True
    total = torch.cuda.get_device_properties(0).total_memory
    for cap in (0, *CAPS):
        if cap * GIB >= total:
            told[f"cap_{cap}"] = "the card is smaller"
            continue
        torch.cuda.set_per_process_memory_fraction(cap * GIB / total if cap else 1.0)
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        network, folder = setup.network(setup.sizes.model), setup.out / f"memory-{cap}"
        shutil.rmtree(folder, ignore_errors=True)
        outcome = fit(
            setup, network, setup.resident(network.preprocessing), folder, batch_size=64 if not cap else 512
        )
        peak = torch.cuda.max_memory_allocated() / GIB
        told[f"cap_{cap}"] = {"peak_gib": peak, "changed": outcome.changed}
        well &= peak <= (cap or total / GIB) and math.isfinite(outcome.history[-1]["train_loss"])
    torch.cuda.set_per_process_memory_fraction(1.0)
    return {"ok": well, **told}


def speed(setup: Setup) -> dict[str, Any]:
    """Images a second: timm's bare loop, ours from memory, ours from JPEGs with more and more workers."""
    bare = _bare(setup)
    network = setup.network(setup.sizes.model)
    ours = _rate(setup, setup.resident(network.preprocessing), 0)
    stored = {
        w: _rate(setup, setup.pictures(network.preprocessing), w) for w in setup.sizes.workers if w <= cores()
    }
    told = {"bare": bare, "from_memory": ours, "from_jpegs": stored, "of_bare": ours / bare}
    best = max(stored.values(), default=0.0)
    told["bottleneck"] = "" if best >= NEAR_MEMORY * bare else f"reading: {best / bare:.2f} of the bare loop"
    return {"ok": not setup.gpu or ours >= NEAR_BARE * bare, **told}


def _bare(setup: Setup) -> float:
    network = setup.network(setup.sizes.model)
    module: Any = network.module
    module = module.to(setup.device, memory_format=torch.channels_last).train()
    made, batch = network.preprocessing, setup.sizes.batch
    images = Normalise(made)(setup.resident(made)(np.arange(batch), 0)).to(
        setup.device, memory_format=torch.channels_last
    )
    labels = torch.arange(batch, device=setup.device) % CLASSES
    optimizer = torch.optim.AdamW(module.parameters(), fused=setup.gpu)
    dtype = DTYPES[precision(module, setup.device)]

    def step() -> None:
        with torch.autocast(setup.device, dtype, enabled=dtype != torch.float32):
            loss = nn.functional.cross_entropy(module(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()

    step()
    _wait(setup)
    began = time.perf_counter()
    for _ in range(setup.sizes.steps):
        step()
    _wait(setup)
    return setup.sizes.steps * batch / (time.perf_counter() - began)


def _rate(setup: Setup, inputs: Any, workers: int) -> float:
    """Images a second of whole epochs after the first: what starting costs is in both runs."""
    took = []
    for epochs in (1, 3):
        network, folder = setup.network(setup.sizes.model), setup.out / "rate"
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        fit(setup, network, inputs, folder, epochs=epochs, workers=workers)
        took.append(time.perf_counter() - began)
    return 2 * setup.sizes.images / max(took[1] - took[0], 1e-3)


def _wait(setup: Setup) -> None:
    if setup.gpu:
        torch.cuda.synchronize()


def whole(setup: Setup) -> dict[str, Any]:
    """The demo from its zip to its report, one fold, in a copy of the project."""
    if not setup.gpu:
        return {"ok": True, "skipped": "the demo: make submission runs it"}
    from benchmarks.checkout import prepare, set_params

    place = prepare(ROOT / "data/demo/demo.zip", setup.out / "whole", stages=())
    set_params(place, {"competition.path": "data/demo/demo.zip", "folds": [0]})
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for stage in (
        "check", "demo", "ingest", "network", "embed", "clean_labels", "split", "probe", "augment",
        "pseudo_label", "select", "train 0", "predict", "ensemble", "submit", "report",
    ):  # fmt: skip
        command = [sys.executable, "-m", *f"stages.{stage}".split()]
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode:
            return {"ok": False, "stage": stage, "why": done.stderr[-500:]}
    return {"ok": True, "metrics": (place / "reports/metrics.json").read_text()}


CHECKS: dict[str, Check] = {
    "facts": facts, "precisions": precisions, "bits": bits, "resume": resume, "ddp": ddp, "ranks": ranks,
    "frozen": frozen, "views": views, "memory": memory, "speed": speed, "whole": whole,
}  # fmt: skip
