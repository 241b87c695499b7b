"""How fast ingest is, and how much memory it takes.

    python -m benchmarks.ingest rate path/to/competition.zip      images/s with one and with two workers
    python -m benchmarks.ingest memory [--images 100000]          peak anonymous memory of the whole stage
    python -m benchmarks.ingest make folder [--images 100000]     the generated competition alone

`rate` audits every image of the zip (read, decode, hash, store); workers alternate, `--runs` times each,
and the median and range are printed. `memory` generates a competition of small images, runs the stage in a
process of its own, and samples that process's RssAnon: mapped files are not counted.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np

from podium.competition.detect import detect
from podium.competition.index import store
from podium.competition.params import CompetitionParams
from podium.download.raw import open_raw
from podium.images.audit import audit_all
from podium.images.hearing import listening
from podium.images.params import Storage

SIDE, CLASSES, TEST_SHARE = 32, 10, 0.2  # of the generated competition
SAMPLE_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    rate = commands.add_parser("rate")
    rate.add_argument("zip", type=Path)
    rate.add_argument("--runs", type=int, default=3)
    memory = commands.add_parser("memory")
    make = commands.add_parser("make")
    make.add_argument("folder", type=Path)
    for parser_ in (memory, make):
        parser_.add_argument("--images", type=int, default=100_000)
    given = parser.parse_args()
    if given.command == "rate":
        measure_rate(given.zip, given.runs)
    elif given.command == "memory":
        measure_memory(given.images)
    else:
        generate(given.folder / "generated.zip", given.images)


def measure_rate(path: Path, runs: int) -> None:
    raw = open_raw(path)
    start = time.perf_counter()
    detected = detect(raw, CompetitionParams(path=str(path)))
    print(f"{path.name}: {len(detected.images):,} images, detected in {time.perf_counter() - start:.2f} s")
    names = [image.path for image in detected.images]
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(runs):
        for workers, found in rates.items():
            with tempfile.TemporaryDirectory() as folder, listening() as ear:
                start = time.perf_counter()
                audited = audit_all(names, raw.read, Storage(), 200, workers, ear=ear)
                store(detected, audited, Path(folder) / "images")
                found.append(len(names) / (time.perf_counter() - start))
    for workers, found in rates.items():
        print(
            f"{workers} workers: {statistics.median(found):,.0f} images/s "
            f"({min(found):,.0f} to {max(found):,.0f})"
        )


def measure_memory(images: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "generated.zip", images)
        (folder / "params.yaml").write_text("competition: {path: generated.zip}\n")
        start = time.perf_counter()
        root = str(Path(__file__).resolve().parent.parent)
        code = f"import sys; sys.path.insert(0, {root!r}); from stages.ingest import main; main()"
        stage = subprocess.Popen([sys.executable, "-c", code], cwd=folder)
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(stage, peak))
        watcher.start()
        stage.wait()
        watcher.join()
        seconds = time.perf_counter() - start
    print(
        f"{images:,} images: {peak[0] / 1e3:,.0f} MB of anonymous memory at most, {seconds:.1f} s, "
        f"exit {stage.returncode}"
    )


def generate(path: Path, images: int) -> None:
    """A competition of `images` noisy JPEGs in class folders, a test folder and a sample submission."""
    noise = np.random.default_rng(0)
    tests = round(images * TEST_SHARE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(images):
            pixels = cv2.resize(noise.integers(0, 255, (4, 4, 3), dtype=np.uint8), (SIDE, SIDE))
            data = cv2.imencode(".jpg", pixels)[1].tobytes()
            archive.writestr(f"test/{i}.jpg" if i < tests else f"train/class_{i % CLASSES}/{i}.jpg", data)
        rows = "".join(f"{i}.jpg,class_0\n" for i in range(tests))
        archive.writestr("sample_submission.csv", "id,label\n" + rows)


def _watch(process: "subprocess.Popen[bytes]", peak: list[int]) -> None:
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            return
        found = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")]
        peak[0] = max([*peak, *found])
        time.sleep(SAMPLE_SECONDS)


if __name__ == "__main__":
    main()
