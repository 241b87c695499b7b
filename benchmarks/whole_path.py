"""From a competition's zip to a scored submission: `dvc repro` as a user runs it, its seconds and memory.

    python -m benchmarks.whole_path ZIP=SOLUTION.csv@0,1,2 ... --work EMPTY_FOLDER [--set effort=probe]

Each seed runs in a throw-away copy of the project with a scratch store of its own: nothing is there before.
The solution is read after the run and by this script alone. Each run is one line of JSON, appended to `--out`
when it is done; the machine's rate (float32 matrix product) is taken before and after, since shared cores
differ from minute to minute.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks import checkout, record, truth
from podium.contracts import competition, images
from podium.metrics import registry

SIDE, PRODUCTS = 2048, 5
GIT = (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "x"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", help="ZIP=SOLUTION.csv@SEED,SEED")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    parser.add_argument("--out", type=Path, default=record.RESULTS / "whole_path.jsonl")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    settings = {key: yaml.safe_load(value) for key, _, value in (text.partition("=") for text in given.set)}
    for text in given.runs:
        files, _, seeds = text.partition("@")
        archive, solution = map(Path, files.split("="))
        for seed in (seeds or "0").split(","):
            told = run(archive, solution, given.work / f"seed{seed}", settings | {"seed": int(seed)})
            record.append(told | settings, given.out)


def run(archive: Path, solution: Path, work: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Scores, seconds and memory of one `dvc repro` from nothing."""
    place = checkout.prepare(archive, work, stages=())
    checkout.set_params(place, settings)
    for git in GIT:
        subprocess.run(["git", *git], cwd=place, check=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the stages' python
    environment = os.environ | {"PODIUM_CACHE": str(work / f"scratch-{archive.stem}"), "PATH": path}
    rates, started = [rate()], time.perf_counter()
    subprocess.run([sys.executable, "-m", "dvc", "repro", "-q"], cwd=place, check=True, env=environment)
    seconds = time.perf_counter() - started
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    metrics = json.loads((place / "reports/metrics.json").read_text())
    return {
        "competition": archive.stem,
        "seed": settings["seed"],
        "seconds": round(seconds),
        "peak_mb": round(largest / 1e3),
        "cv": metrics["cv"],
        "server": server(place, solution),
        "gflops": [*rates, rate()],
    }


def server(place: Path, solution: Path) -> dict[str, float]:
    """Accuracy of the submission file, and log loss where it holds probabilities."""
    found = competition.read(place / competition.PATH)
    table = images.IMAGES.read(place / images.PATH)
    known = truth.read(solution, found, table)
    named = dict(zip(table["image_id"], table["submission_id"], strict=True))
    with (place / "reports/submission.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    cells = {row[0]: row[1:] for row in rows}
    given = [cells[named[image_id]] for image_id in known.ids]
    if len(header) == 2:
        values = {value: number for number, value in enumerate(found.values)}
        decided = np.array([values[cell] for (cell,) in given])
        return {"accuracy": round(float((decided == known.labels).mean()), 4)}
    probs = np.array(given, dtype=np.float64)
    ordered = np.empty_like(probs)
    ordered[:, found.column_classes] = probs
    scores = {name: registry.get(name).function(known.labels, ordered) for name in ("accuracy", "log_loss")}
    return {name: round(value, 4) for name, value in scores.items()}


def rate() -> int:
    """GFLOP/s of a float32 matrix product, the median of some."""
    one, found = np.random.default_rng(0).random((SIDE, SIDE), np.float32), []
    for _ in range(PRODUCTS):
        started = time.perf_counter()
        one @ one
        found.append(2 * SIDE**3 / (time.perf_counter() - started) / 1e9)
    return round(float(np.median(found)))


if __name__ == "__main__":
    main()
