"""The check of benchmarks.gpu on the whole: the demo through every stage, as `dvc repro` runs them."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.checkout import prepare, set_params
from benchmarks.gpu_material import Setup

ROOT = Path(__file__).parents[1]
METRICS = "reports/metrics.json"
SECONDS = 540  # of one stage of the demo
RANKS = ("LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # Lightning leaves them
BEGINNING = ("check", "demo", "ingest", "network")  # what a run without a card goes through: seconds
GIT = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")


def whole(setup: Setup) -> dict[str, Any]:
    """The demo from its zip to its report, one fold, in a copy of the project; or, without a card, begun."""
    told = demo(setup.out / "whole", {"folds": [0]}, () if setup.gpu else BEGINNING)
    return told if setup.gpu else told | {"skipped": f"what follows {BEGINNING[-1]}"}


def demo(folder: Path, settings: dict[str, Any], only: Sequence[str] = ()) -> dict[str, Any]:
    """Every stage of dvc.yaml in its order, or some; fold 0 alone."""
    shutil.rmtree(folder, ignore_errors=True)
    place = prepare(ROOT / "data/demo/demo.zip", folder, stages=())
    (place / METRICS).unlink(missing_ok=True)  # the committed run's
    set_params(place, {"competition.path": "data/demo/demo.zip", **settings})
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "a copy")):
        subprocess.run([*GIT, *words], cwd=place, check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if name not in RANKS}
    environment = kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    took: dict[str, float] = {}
    for name, command in commands(place / "dvc.yaml").items():
        if only and name not in only:
            continue
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        took[name] = round(time.perf_counter() - began, 1)
        if done.returncode:
            return {"ok": False, "stage": name, "why": (done.stderr or done.stdout)[-500:]}
    metrics = json.loads((place / METRICS).read_text()) if (place / METRICS).exists() else {}
    return {"ok": bool(metrics) or bool(only), "metrics": metrics, "stages_s": took}


def commands(pipeline: Path) -> dict[str, list[str]]:
    """Each stage's command by its name, for fold 0."""
    stages = yaml.safe_load(pipeline.read_text())["stages"]
    return {name: stage["cmd"].replace("${item.fold}", "0").split() for name, stage in stages.items()}
