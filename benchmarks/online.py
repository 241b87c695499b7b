"""Fixed copies from the cache beside fresh augmentation from images: out-of-fold accuracy and seconds.

python -m benchmarks.online ZIP --work FOLDER [--folds 5] [--epochs 10] [--size 128] [--share 1.0]
                                [--freeze auto] [--policy mild]

Three trainings of the same folds, weights, cut and optimizer:
  copies        originals and their fixed copies, the frozen part run once (its seconds included)
  equal epochs  originals, augmented anew each time, as many pictures shown as the copies' epochs show
  equal time    the same, for as many epochs as fit into the seconds of `copies`, its schedule as long
Results join benchmarks/results/online.json by the zip's name; online.md is the table of all of them.
Validation sees originals only. Errors are standard errors over images; differences are paired by image.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.checkout import prepare, set_params, share_of, training_arguments
from benchmarks.record import RESULTS, about, sentence
from benchmarks.training import BATCH, plan
from podium.contracts import competition, manifest, pseudo
from podium.features.pixels import Normalise
from podium.foundation.run import derive
from podium.networks import build as networks
from podium.networks.cut import Cut, cut, from_images
from podium.networks.precision import precision
from podium.training.feed import online
from podium.training.feed.data import Examples
from podium.training.feed.inputs import kept, pictures
from podium.training.feed.rows import TrainingRows, training, validation
from podium.training.loop import engine
from podium.training.optim.convolutions import quicken

MODEL = "tf_efficientnet_lite0"
BEFORE, AFTER = ("ingest", "embed", "clean_labels", "split"), ("pseudo_label",)
RENDERED = "rendered.json"  # in the checkout: how long its copies took
PACKAGES = ("numpy", "torch", "timm", "lightning", "onnxruntime", "albumentations")
WAYS = ("copies", "equal epochs", "equal time")
Hits = NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """What all ways share."""

    root: Path  # of data/
    folds: int
    epochs: int  # over originals and copies
    size: int
    share: float  # of the originals; copies follow theirs
    freeze: str
    policy: str
    classes: int
    table: Any  # the manifest


@dataclass(frozen=True)
class Trained:
    """All folds of one way."""

    hits: Hits  # (n,) out-of-fold, fold after fold
    seconds: float
    pictures: int  # shown in training
    epochs: int


def main() -> None:
    given = arguments()
    place = checkout(given)
    rendered = json.loads((place / RENDERED).read_text())["seconds"]
    os.chdir(place)
    table = manifest.MANIFEST.read(manifest.PATH)
    setting = Setting(
        place.resolve() / "data", given.folds, given.epochs, given.size, given.share, given.freeze,
        given.policy, len(competition.read().classes), table,
    )  # fmt: skip
    torch.set_num_threads(os.cpu_count() or 1)
    found = compare(setting)
    write(given.zip.stem, {"rendering_seconds": rendered, **found, **about("benchmarks.online", PACKAGES)})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    training_arguments(parser)
    parser.add_argument("--freeze", default="auto")
    parser.add_argument("--policy", default="mild", help="of the copies and of the fresh augmentation")
    parser.add_argument("--per-class", default="auto", help="augment.per_class of the copies")
    return parser.parse_args()


def checkout(given: argparse.Namespace) -> Path:
    """The competition with its copies made; how long they took is written beside them, once."""
    place = given.work / given.zip.stem
    if (place / RENDERED).exists():
        return Path(place)
    prepare(given.zip, given.work, BEFORE)
    per_class = int(given.per_class) if given.per_class.isdigit() else given.per_class
    set_params(place, {"augment.policy": given.policy, "augment.per_class": per_class})
    started = time.perf_counter()
    stage(place, "augment")
    seconds = time.perf_counter() - started
    for name in AFTER:
        stage(place, name)
    (place / RENDERED).write_text(json.dumps({"seconds": seconds}))
    return Path(place)


def stage(place: Path, name: str) -> None:
    subprocess.run([sys.executable, "-m", f"stages.{name}"], cwd=place, check=True)


def compare(setting: Setting) -> dict[str, Any]:
    """The three ways, each with its accuracy, and the fresh ones' differences from the copies."""
    with tempfile.TemporaryDirectory() as store:
        os.environ["PODIUM_CACHE"] = store
        copies = run(setting, setting.epochs, fresh=False)
    every = [rows_of(setting, fold)[0] for fold in range(setting.folds)]
    ratio = sum(map(len, every)) / sum(len(rows.originals()) for rows in every)
    matched = max(1, round(setting.epochs * ratio))
    even = run(setting, matched, fresh=True)
    budget = matched * copies.seconds / even.seconds
    timed = run(setting, max(1, int(budget)), fresh=True)
    found = dict(zip(WAYS, (copies, even, timed), strict=True))
    return {"ways": {name: told(way, copies) for name, way in found.items()}, "images": len(copies.hits)}


def told(way: Trained, copies: Trained) -> dict[str, Any]:
    gain = way.hits.astype(float) - copies.hits
    return {
        "accuracy": float(way.hits.mean()),
        "error": error(way.hits),
        "gain": float(gain.mean()),
        "gain_error": error(gain),
        "seconds": way.seconds,
        "epochs": way.epochs,
        "pictures": way.pictures,
    }


def error(values: NDArray[Any]) -> float:
    """The standard error of a mean over images."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def run(setting: Setting, epochs: int, *, fresh: bool) -> Trained:
    """Trains every fold; fresh ones learn from originals, as train.online does."""
    hits, pictures = [], 0
    started = time.perf_counter()
    for fold in range(setting.folds):
        rows, check = rows_of(setting, fold)
        rows = rows.originals() if fresh else rows
        hits.append(train(setting, fold, rows, check, epochs, fresh=fresh))
        pictures += epochs * len(rows)
    return Trained(np.concatenate(hits), time.perf_counter() - started, pictures, epochs)


def train(
    setting: Setting, fold: int, rows: TrainingRows, check: TrainingRows, epochs: int, *, fresh: bool
) -> Hits:
    """Which validation images the fold's network gets right."""
    network, parts = parted(setting)
    assert parts.frozen is not None, f"{parts.sentence}: it must be cut to be compared"
    frames, made = [rows.frame, check.frame], network.preprocessing
    if fresh:
        facts = manifest.facts(setting.root / manifest.FOLDER.name)
        augment = online.build(setting.policy, {}, facts)
        fed = pictures(frames, made, setting.root, derive(0, "online", fold), augment)
    else:
        fed = kept(parts.frozen, frames, made, precision(parts.frozen, "cpu"), "cpu", setting.root)
    tail = from_images(parts) if fresh else parts.tail
    parts_of = zip(fed, (rows, check), strict=True)
    learned, checked = (Examples(inputs, part.targets, part.weights) for inputs, part in parts_of)
    quicken(tail)
    with tempfile.TemporaryDirectory() as folder:
        planned = plan(network, epochs, len(rows), fold)
        engine.fit(
            tail, planned, engine.Settings(fold=fold, batch_size=BATCH), learned, checked, Path(folder)
        )
    return hits_of(nn.Sequential(Normalise(made), tail), checked)


def hits_of(tail: nn.Module, checked: Examples) -> Hits:
    tail.eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(checked), BATCH):
            rows = np.arange(start, min(start + BATCH, len(checked)))
            logits = tail(checked.inputs(rows, 0))
            found.append(logits.argmax(1).numpy() == checked.targets[rows].argmax(1))
    return np.concatenate(found)


def parted(setting: Setting) -> tuple[networks.Network, Cut]:
    network = networks.build(MODEL, True, setting.classes, setting.size)
    return network, cut(network, setting.freeze)


def rows_of(setting: Setting, fold: int) -> tuple[TrainingRows, TrainingRows]:
    """(training rows with copies, validation rows) of a share of the originals, the same for every way."""
    table = share_of(setting.table, setting.share)
    none = pseudo.table(setting.classes).empty()
    targets = np.eye(setting.classes, dtype=np.float32)
    return training(table, none, fold, targets), validation(table, fold, targets)


def write(name: str, found: dict[str, Any]) -> None:
    """Joins the zip's result to online.json and writes the table of all."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / "online.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[name] = found
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    (RESULTS / "online.md").write_text(markdown(known))
    print(markdown({name: found}))


def markdown(known: dict[str, Any]) -> str:
    lines = [
        "# Fixed copies from the cache, and fresh augmentation from images",
        "",
        "| competition | way | epochs | pictures shown | out-of-fold accuracy | gain over copies | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in sorted(known.items()):
        for way, row in one["ways"].items():
            gain = "" if way == WAYS[0] else f"{row['gain']:+.4f} ± {row['gain_error']:.4f}"
            score = f"{row['accuracy']:.4f} ± {row['error']:.4f}"
            lines.append(
                f"| {name} | {way} | {row['epochs']} | {row['pictures']:,} | {score} | {gain} | "
                f"{row['seconds']:.0f} |"
            )
        lines.append(f"| {name} | rendering the copies | | | | | {one['rendering_seconds']:.0f} |")
    lines += [
        "",
        "± is one standard error over images; gains are paired by image. The cache's time is in.",
        "",
    ]
    for one in known.values():
        lines += [sentence(one), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
