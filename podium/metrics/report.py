"""What a vote's score becomes in metrics.json and in the table of voters."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from podium.contracts import facts as contract
from podium.contracts import metrics as stored
from podium.foundation import times
from podium.metrics.intervals import by_fold, interval
from podium.metrics.metric import Metric
from podium.metrics.registry import BESIDE

Value = float | int | str
MOST_FACTS = 6  # numbers taken from one stage
MODEL_NAME = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)  # in /proc/cpuinfo
GPU_NAME = re.compile(r"^Model:\s*(.+)$", re.MULTILINE)


def scope(home: np.ndarray, there: int, effort: str, own: bool = True, unit: str = "images") -> str:
    """What the scores stand on: whole or not, how many of the folds that are there, how many images or rows,
    and whether the run's own predictions are among those that voted; home (n,)."""
    ran = len(np.unique(home))
    kind = stored.PROBES if effort == "probe" else stored.WHOLE if ran >= there else "partial"
    folds = f"{there} folds" if ran >= there else f"{ran} of {there} folds"
    return f"{kind}: {folds}, {len(home)} {unit}{'' if own else stored.OTHERS}"


def cross_validation(
    metric: Metric,
    labels: np.ndarray,
    probs: np.ndarray,
    home: np.ndarray,
    groups: np.ndarray,
    seed: int,
    beside: Sequence[Metric] = BESIDE["labels"],
) -> dict[str, Value]:
    """cv and its 95 % interval over all images; the metrics `beside`."""
    found = interval(metric, labels, probs, groups, seed)
    return {
        "metric": metric.name,
        "cv": found.score,
        "cv_low": found.low,
        "cv_high": found.high,
        **{other.name: other.function(labels, probs) for other in beside},
        "folds": ",".join(str(fold) for fold in np.unique(home)),
        "n": len(labels),
    }


def spread(metric: Metric, labels: np.ndarray, probs: np.ndarray, home: np.ndarray) -> dict[str, Value]:
    """The mean and spread of the folds' scores."""
    folds = by_fold(metric, labels, probs, home)
    return {"cv_mean": float(np.mean(folds)), "cv_spread": float(np.std(folds))}


def work() -> dict[str, Value]:
    """Minutes that this run's stages took so far, and the machine they ran on."""
    return {"minutes": round(times.minutes(times.read()), 2), "machine": machine()}


def machine() -> str:
    """The processor, its cores, and the GPU where NVIDIA's driver names one."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = MODEL_NAME.search(info.read_text(encoding="utf-8", errors="replace"))
        cpu = found[1].strip() if found else cpu
    gpus = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    names = [found[1].strip() for gpu in gpus if (found := GPU_NAME.search(gpu.read_text(errors="replace")))]
    return ", ".join([f"{cpu}, {os.cpu_count()} cores", *names])


def held_out(
    metric: Metric,
    labels: np.ndarray,
    probs: np.ndarray,
    groups: np.ndarray,
    seed: int,
    beside: Sequence[Metric] = BESIDE["labels"],
) -> dict[str, Value]:
    """The score on the hold-out, which nothing was chosen on; empty without one."""
    if not len(labels):
        return {}
    found = interval(metric, labels, probs, groups, seed)
    return {
        "holdout": found.score,
        "holdout_low": found.low,
        "holdout_high": found.high,
        f"holdout_{beside[0].name}": beside[0].function(labels, probs),
        "holdout_n": len(labels),
    }


def facts(folders: tuple[Path, ...] = contract.MEASURED) -> dict[str, Value]:
    """The numbers that earlier stages left in their facts.json, few of each; sentences are the report's."""
    found: dict[str, Value] = {}
    for folder in folders:
        told = contract.read(contract.Facts, folder)
        if told is not None:
            numbers = [(k, v) for k, v in told.said.items() if type(v) in (int, float)]
            found |= dict(numbers[:MOST_FACTS])
    return found
