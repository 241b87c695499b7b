"""How each stage grows with the images: processor seconds, memory, bytes on disk, and the exponents.

    python -m benchmarks.growth 1000 5000 20000 --work FOLDER [--write]

Generates a competition of 32-pixel images for each size, takes a throw-away copy of the project through all
stages with `effort: probe`, one process a stage, and prints a table; --write makes it results/growth.md. The
memory is the largest RssAnon of the stage and its workers together, sampled: mapped files are not counted.
The exponent of a stage is that of its seconds, or its memory, between the last two sizes: 1 is linear,
n log n is about 1.1 there. Sizes beyond 100,000 are for a machine of one's own.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import yaml

from benchmarks import record
from benchmarks.checkout import prepare, set_params
from benchmarks.ingest import generate

STAGES = (
    "check", "ingest", "network", "embed", "clean_labels", "split", "look", "augment", "pseudo_label",
    "select", "train 0", "predict", "ensemble", "submit", "report",
)  # fmt: skip
SETTINGS = {"effort": "probe", "folds": [0], "threads": 1}
SAMPLE_SECONDS = 0.02
SHORT = 2.0  # seconds below which a stage's exponent says how a process starts, and nothing else
RESULT = record.RESULTS / "growth.md"
Row = dict[str, Any]  # stage, images, seconds, processor (seconds), memory (bytes), disk (bytes)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=int, nargs="+")
    parser.add_argument("--work", type=Path, required=True, help="a folder; results of sizes stay in it")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    sizes = [measured(images, given.work.resolve()) for images in sorted(given.images)]
    text = table(sizes)
    print(text)
    if given.write:
        RESULT.write_text(f"{HEAD}\n{record.sentence(record.about('benchmarks.growth'))}\n\n{text}")


def measured(images: int, work: Path) -> list[Row]:
    """All stages at one size; a size that was measured before is read."""
    kept = work / f"{images}.json"
    if kept.exists():
        return list(json.loads(kept.read_text()))
    place = work / str(images)
    shutil.rmtree(place, ignore_errors=True)
    archive = place / "generated.zip"
    generate(archive, images)
    project = prepare(archive, place, stages=())
    set_params(project, SETTINGS)
    outs = stages_outs(project)
    environment = os.environ | {
        "PODIUM_CACHE": str(place / "scratch"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    rows = []
    for stage in STAGES:
        found = watched([sys.executable, "-m", *f"stages.{stage}".split()], project, environment)
        disk = sum(size(project / path) for path in outs.get(stage.split()[0], ()))
        rows.append({"stage": stage, "images": images, "disk": disk} | found)
        seconds, memory = found["processor"], found["memory"]
        print(
            f"{images:9,d} {stage:14s} {seconds:8.1f} s {memory / 1e6:8.0f} MB {disk / 1e6:8.1f} MB",
            flush=True,
        )
    rows += of_dvc(project, environment, images)
    kept.write_text(json.dumps(rows))
    shutil.rmtree(place)
    return rows


def of_dvc(project: Path, environment: dict[str, str], images: int) -> list[Row]:
    """DVC's own part: hashing all that the stages wrote, and laying it out again."""
    rows = []
    every = ["train@0" if stage == "train 0" else stage for stage in STAGES[1:]]
    for name, words in (
        ("dvc commit", ["commit", "--force", *every]),
        ("dvc checkout", ["checkout", "--force", *every]),
    ):
        found = watched([sys.executable, "-m", "dvc", "-q", *words], project, environment)
        disk = size(project / ".dvc/cache") if name == "dvc commit" else 0
        rows.append({"stage": name, "images": images, "disk": disk} | found)
        for folder in ("data/images", "data/embeddings", "data/augmented"):
            shutil.rmtree(project / folder, ignore_errors=True)
    return rows


def stages_outs(project: Path) -> dict[str, list[str]]:
    """What each stage of dvc.yaml writes."""
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    found = {}
    for name, stage in stages.items():
        outs = [*stage.get("outs", ()), *stage.get("metrics", ())]
        paths = [next(iter(out)) if isinstance(out, dict) else out for out in outs]
        found[name] = [path.replace("${item.fold}", "0") for path in paths]
    return found


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def watched(command: list[str], place: Path, environment: dict[str, str]) -> Row:
    """Seconds, processor seconds, largest anonymous memory (bytes) of the process and those below."""
    started, largest, before = time.perf_counter(), 0, resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command, cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    top = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            largest = max(largest, sum(anonymous(p.pid) for p in (top, *top.children(recursive=True))))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        assert process.stderr is not None
        raise SystemExit(f"{' '.join(command)} failed: {process.stderr.read()[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"seconds": time.perf_counter() - started, "processor": busy, "memory": largest}


def anonymous(process: int) -> int:
    """RssAnon in bytes; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def exponent(small: float, large: float, ratio: float) -> float:
    """p of large = small * ratio ** p."""
    return math.log(max(large, 1e-9) / max(small, 1e-9)) / math.log(ratio)


def table(sizes: list[list[Row]]) -> str:
    """Markdown: a row a stage, seconds / MB of memory / MB on disk for each size, then the exponents."""
    heads = [f"{rows[0]['images']:,}" for rows in sizes]
    lines = ["| stage | " + " | ".join(heads) + " | seconds grow by | memory grows by |"]
    lines.append("|---" * (len(sizes) + 3) + "|")
    for at, first in enumerate(sizes[0]):
        cells = [
            f"{r['processor']:.1f} s, {r['memory'] / 1e6:,.0f} MB, {r['disk'] / 1e6:,.1f} MB"
            for r in (rows[at] for rows in sizes)
        ]
        lines.append(f"| {first['stage']} | " + " | ".join([*cells, *_growth(sizes, at)]) + " |")
    return "\n".join(lines) + "\n"


def _growth(sizes: list[list[Row]], at: int) -> list[str]:
    if len(sizes) < 2:
        return ["", ""]
    small, large = sizes[-2][at], sizes[-1][at]
    ratio = large["images"] / small["images"]
    time_ = exponent(small["processor"], large["processor"], ratio)
    memory = exponent(small["memory"], large["memory"], ratio)
    return [f"{time_:.2f}" if large["processor"] > SHORT else "", f"{memory:.2f}"]


HEAD = """# Growth: what each stage takes as images become more

Generated 32-pixel images in ten classes, a fifth of them test images; `effort: probe`, one thread, one fold.
Each cell: processor seconds, whoever else computes; the largest anonymous memory; what is written. The last
columns: the exponents between the two largest sizes (1: linear; n log n is about 1.1); empty where a stage is
done too soon to tell.
"""


if __name__ == "__main__":
    main()
