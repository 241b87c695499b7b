"""The augment stage at 20 classes of 3,500 images: its memory at a quarter and at all of them, and a no-op.

    python -m benchmarks.copies_at_scale --work FOLDER [--whole]

Generates a competition of 20 classes of 100 images, runs the pipeline up to augment in a throw-away copy of
the project, and prints the stage's largest anonymous memory (RssAnon) at 875 and at 3,500 images a class,
then the seconds of `dvc repro augment` with nothing to do. --whole also trains one fold for one epoch, goes
on to the report, and times the whole `dvc repro` with nothing to do; `dvc version` is DVC's start-up alone.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from benchmarks.checkout import prepare, set_params

CLASSES, IMAGES, SIDE = 20, 100, 64
PER_CLASS = (875, 3500)
ROUNDS = 5
SAMPLE_SECONDS = 0.01
SHORT = {"train.epochs": 1, "folds": [0], "image.size": 32, "tta.views": "none"}


def competition(path: Path) -> None:
    """A zip of train/<class>/<n>.jpg, test/<n>.jpg and sample_submission.csv."""
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for label in range(CLASSES):
            for number in range(IMAGES):
                archive.writestr(f"train/class{label:02d}/{number:03d}.jpg", _picture(random, label))
        for number in range(CLASSES):
            archive.writestr(f"test/{number:03d}.jpg", _picture(random, number))
        lines = ["id,label", *[f"{number:03d}.jpg,class00" for number in range(CLASSES)]]
        archive.writestr("sample_submission.csv", "\n".join(lines) + "\n")


def _picture(random: np.random.Generator, label: int) -> bytes:
    coarse = np.random.default_rng(label).integers(0, 256, (4, 4, 3)) + random.normal(0, 40, (4, 4, 3))
    image = cv2.resize(np.clip(coarse, 0, 255).astype(np.uint8), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    noisy = np.clip(image + random.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", noisy)[1].tobytes()


def peak(command: list[str], place: Path) -> tuple[float, float]:
    """(seconds, largest RssAnon in MiB) of a command."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest = [0]

    def watch() -> None:
        while process.poll() is None:
            try:
                lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            except OSError:
                return
            found = [int(line.split()[1]) for line in lines if line.startswith("RssAnon")]
            largest[0] = max(largest[0], *found, 0)
            time.sleep(SAMPLE_SECONDS)

    watcher = threading.Thread(target=watch)
    watcher.start()
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed in {place}")
    watcher.join()
    return time.perf_counter() - started, largest[0] / 1024


def timed(name: str, command: list[str], place: Path) -> None:
    """Prints the seconds of ROUNDS runs of a command, and of processor time, which waits for nobody."""
    found, busy = [], []
    for _ in range(ROUNDS):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(time.perf_counter() - started)
        busy.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    spread = f"({min(found):.2f} to {max(found):.2f})"
    print(f"{name:36s} {median(found):6.2f} s   {spread}; processor {median(busy):.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    parser.add_argument("--whole", action="store_true", help="train a fold, and time the whole pipeline")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    os.environ["PODIUM_CACHE"] = str(given.work / "scratch")
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the stages' python
    )
    archive = given.work / "many.zip"
    competition(archive)
    place = prepare(archive, given.work / "project", stages=())
    set_params(place, SHORT | {"augment.policy": "keras", "augment.flip": "none", "augment.format": "jpg"})
    for git in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *git], cwd=place, check=True)
    dvc = [sys.executable, "-m", "dvc"]
    subprocess.run([*dvc, "repro", "-q", "split"], cwd=place, check=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    for per_class in PER_CLASS:
        set_params(place, {"augment.per_class": per_class})
        took, largest = peak([sys.executable, "-m", "stages.augment"], place)
        print(f"{CLASSES * per_class:6d} images: RssAnon at most {largest:.0f} MiB, {took:.1f} s", flush=True)
    target = [] if given.whole else ["augment"]
    subprocess.run([*dvc, "repro", "-q", *target], cwd=place, check=True)
    timed("dvc version", [*dvc, "version", "-q"], place)
    timed(f"dvc repro {' '.join(target)}, nothing to do", [*dvc, "repro", *target], place)


if __name__ == "__main__":
    main()
