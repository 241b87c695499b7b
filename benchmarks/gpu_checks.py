"""The checks of benchmarks.gpu by name: each gives `ok` and what it measured."""

import math
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.gpu_material import CLASSES, Check, Interrupts, Setup, digest, fit
from benchmarks.gpu_speed import speed
from benchmarks.gpu_whole import whole
from podium.features.items import IDENTITY, View, items_of
from podium.features.pixels import Normalise
from podium.foundation.run import cores
from podium.networks import device as devices
from podium.networks import passes
from podium.networks.cut import cut
from podium.networks.passes import channels_last
from podium.networks.precision import DTYPES
from podium.training.feed.data import Batches, loader
from podium.training.feed.sampling import EpochBatches
from podium.training.loop import resume as states
from podium.training.params import TrainParams
from podium.training.record import summary
from podium.training.settings import auto
from podium.tta.members import FoldNetwork, Inputs, logits_of
from podium.tta.params import TtaParams
from podium.tta.views import views_of

GIB = 2**30
CAPS = (15, 23)  # GiB: a T4's and an A10's
ALIKE = {"bfloat16": (0.05, 0.9), "float16": (0.02, 0.97)}  # relative loss, cosine of gradients to float32's
SCALE = 1024.0  # of float16's loss, as a scaler has it: small gradients would be zeros
LOGITS = 1e-2  # of logits' spread: device against processor in float32 or TF32
TOO_MUCH = 512  # images a batch that neither holds


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
    """One step's loss and gradients in three precisions, of a network as timm begins it.

    With all branches awake batch norm in fifty random layers multiplies rounding: on a CPU, 16 images of 64
    pixels, bfloat16's gradients had a cosine of 0.61 to float32's.
    """
    found: dict[str, Any] = {}
    told: dict[str, Any] = {}
    well = True
    for kind, dtype in DTYPES.items():
        network = setup.network(setup.sizes.model, awake=False)
        module = network.module.to(setup.device).train()
        images = setup.resident(network.preprocessing)(np.arange(setup.sizes.batch), 0).to(setup.device)
        normalised = Normalise(network.preprocessing).to(setup.device)(images)
        labels = torch.arange(setup.sizes.batch, device=setup.device) % CLASSES
        with torch.autocast(setup.device, dtype, enabled=kind != "float32"):
            loss = nn.functional.cross_entropy(module(normalised).float(), labels)
        scale = SCALE if kind == "float16" else 1.0
        (loss * scale).backward()  # type: ignore[no-untyped-call]
        gradients = torch.cat(
            [p.grad.flatten().float() / scale for p in module.parameters() if p.grad is not None]
        )
        found[kind] = loss.item(), gradients
    for name, (most, least) in ALIKE.items():
        apart = abs(found[name][0] / found["float32"][0] - 1)
        cosine = nn.functional.cosine_similarity(found[name][1], found["float32"][1], dim=0).item()
        told[name] = {"loss_apart": apart, "cosine": cosine}
        well &= apart <= most and cosine >= least
    return {"ok": bool(well), **told}


def bits(setup: Setup) -> dict[str, Any]:
    """The same bits twice, and after an interrupt in the second epoch."""
    told: dict[str, Any] = {}
    well = True
    for model in setup.sizes.repeats:
        notes: list[str] = []
        one, two = (_trained(setup, model, setup.out / f"bits-{model}-{i}", notes) for i in range(2))
        resumed = _interrupted(setup, model, setup.out / f"bits-{model}-broken")
        told[model] = {"twice": one == two, "after_interrupt": one == resumed, "notes": sorted({*notes})}
        well &= one == two == resumed
    return {"ok": well, **told}


def resume(setup: Setup) -> dict[str, Any]:
    """A fold in float16, whose losses are scaled, goes on to the same bits and the same scale."""
    kind = "16-mixed" if setup.gpu else "bf16-mixed"
    model = setup.sizes.repeats[0]
    whole = _trained(setup, model, setup.out / "half-whole", [], precision=kind)
    broken = _interrupted(setup, model, setup.out / "half-broken", precision=kind)
    scales = [vars(states.read(setup.out / name))["scaler"] for name in ("half-whole", "half-broken")]
    well = whole == broken and scales[0] == scales[1] and bool(scales[0]) == setup.gpu
    told = {"precision": kind, "scale": scales[0]}
    return {"ok": well, **told, "skipped": "" if setup.gpu else "float16: no GPU"}


def _trained(setup: Setup, model: str, folder: Path, notes: list[str], **changes: Any) -> str:
    """The weights' digest; what the device refused goes to `notes`."""
    shutil.rmtree(folder, ignore_errors=True)
    network = setup.network(model)
    notes += fit(setup, network, setup.resident(network.preprocessing), folder, epochs=2, **changes).notes
    return digest(network.module)


def _interrupted(setup: Setup, model: str, folder: Path, **changes: Any) -> str:
    """Broken off after the first batch of the second epoch, then taken up by a fresh network."""
    shutil.rmtree(folder, ignore_errors=True)
    network = setup.network(model)
    inputs = setup.resident(network.preprocessing)
    batches = len(EpochBatches(setup.sizes.images, setup.sizes.batch, 3, 0, None))
    try:
        fit(setup, network, Interrupts(inputs, batches + 2), folder, epochs=2, **changes)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which Lightning left ignored
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
    order = EpochBatches(len(learnt), setup.sizes.batch + 1, 3, 0, None)
    served = [
        sum(len(targets) for _, targets, *_ in loader(Batches(learnt, rank, 2), order)) for rank in range(2)
    ]
    return {"ok": sum(served) == sum(len(step[1]) for step in order), "served": served}


def frozen(setup: Setup) -> dict[str, Any]:
    """Predict keeps the frozen part's features and finds them again; its logits are the processor's."""
    shutil.rmtree(setup.out / "scratch/features", ignore_errors=True)
    took, found, kept = [], [], []
    for device in (setup.device, setup.device, "cpu"):
        logits, seconds = _predicted(setup, device, [IDENTITY], setup.sizes.batch, "last_stage")
        found.append(logits)
        took.append(seconds)
        kept.append(len(list((setup.out / "scratch/features").glob("*/features.npy"))))
    here, again, processor = found
    apart = float(np.abs(here - processor).max() / processor.std())
    reused = kept[0] > 0 and kept[1] == kept[0]
    well = reused and np.array_equal(here, again) and apart < LOGITS
    return {"ok": well, "reused": reused, "first_s": took[0], "again_s": took[1], "logits_apart": apart}


def views(setup: Setup) -> dict[str, Any]:
    """Images a second that predict makes of stored JPEGs under the default views, nothing frozen."""
    network = setup.network(setup.sizes.model)
    names = ["hflip", "rotate", "shift"] if setup.gpu else ["hflip"]  # beside each image as it is
    group = views_of(
        names, TtaParams(), network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )
    wanted = [view for some in group.values() for view in some]
    _predicted(setup, setup.device, wanted, setup.sizes.batch, "none")  # a card prepares itself
    logits, seconds = _predicted(setup, setup.device, wanted, setup.sizes.images, "none")
    rate = setup.sizes.images / seconds
    well = logits.shape == (len(wanted), setup.sizes.images, CLASSES) and bool(np.isfinite(logits).all())
    return {"ok": well, "views": [view.name for view in wanted], "images_per_s": rate}


def _predicted(
    setup: Setup, device: str, wanted: list[View], count: int, freeze: str
) -> tuple[NDArray[np.float32], float]:
    """(views, count, CLASSES) logits as predict computes them, what is frozen through the store; seconds."""
    network = setup.network(setup.sizes.model)
    parts = cut(network, freeze, device)
    for part in (network.module, parts.tail, parts.frozen):
        if part is not None:
            channels_last(part.to(device)).eval()
    items, rows = items_of(setup.frame().head(count)), np.arange(count)
    inputs = Inputs(items, {0: rows}, wanted, device, setup.out / "data")
    began = time.perf_counter()
    logits = logits_of([FoldNetwork(0, network, parts, CLASSES)], inputs, budget_gb=20)[0]
    return logits, time.perf_counter() - began  # they lie on the processor: nothing is still running


def memory(setup: Setup) -> dict[str, Any]:
    """Peaks with all memory and with less: what `auto` takes, and far too much, fits or recovers."""
    if not setup.gpu:
        return {"ok": True, "skipped": "memory of a card"}
    told: dict[str, Any] = {}
    total = torch.cuda.get_device_properties(0).total_memory
    try:
        for cap in (0, *CAPS):
            if cap * GIB >= total:
                told[f"cap_{cap}"] = "the card is smaller"
                continue
            room = cap * GIB or total
            torch.cuda.set_per_process_memory_fraction(room / total)
            told[f"cap_{cap}"] = [_peak(setup, batch, room) for batch in (64, _auto(setup, room), TOO_MUCH)]
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    runs = [run for runs in told.values() if isinstance(runs, list) for run in runs]
    return {"ok": all(run["well"] for run in runs), **told}


def _auto(setup: Setup, room: float) -> int:
    """The batch that `train.auto` would take on a card with so much memory."""
    module, shape = setup.network(setup.sizes.model).module, (3, setup.sizes.size, setup.sizes.size)
    images, params = 10 * auto.LARGEST_BATCH, TrainParams(auto=True)
    resolved = auto.resolve(params, images, "cuda", cores(), part="whole", pretrained=True)
    kept, left = summary.kept(module, "adamw"), summary.activations(module, shape)
    memory = auto.Memory(int(room), kept, left, each=2)
    return auto.fitted(resolved, memory, images, on_cpu=False, grow=True).batch_size


def _peak(setup: Setup, batch: int, room: float) -> dict[str, Any]:
    """An epoch in batches of that size: what it was reckoned with, what it took, what was changed."""
    passes.free()
    torch.cuda.reset_peak_memory_stats()
    network, folder = setup.network(setup.sizes.model), setup.out / "memory"
    shutil.rmtree(folder, ignore_errors=True)
    left = summary.activations(network.module, (3, network.preprocessing.size, network.preprocessing.size))
    reckoned = summary.kept(network.module, "adamw") + 2.0 * left * batch
    outcome = fit(setup, network, setup.resident(network.preprocessing), folder, batch_size=batch)
    peak = torch.cuda.max_memory_allocated()
    return {
        "batch": batch, "reckoned_gib": reckoned / GIB, "peak_gib": peak / GIB, "changed": outcome.changed,
        "well": peak <= room and math.isfinite(outcome.history[-1]["train_loss"]),
    }  # fmt: skip


CHECKS: dict[str, Check] = {
    "facts": facts, "precisions": precisions, "bits": bits, "resume": resume, "ddp": ddp, "ranks": ranks,
    "frozen": frozen, "views": views, "memory": memory, "speed": speed, "whole": whole,
}  # fmt: skip
