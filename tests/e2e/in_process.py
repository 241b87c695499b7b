"""A tiny competition through every stage in one process; its hidden answers stay with the test."""

import csv
import io
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny_project import ROOT, SMALL, set_params

from stages import (
    augment,
    clean_labels,
    embed,
    ensemble,
    export,
    ingest,
    look,
    network,
    predict,
    pseudo_label,
    refit,
    report,
    select,
    split,
    submit,
    train,
)

TRAIN, TEST = 48, 12
KEPT = ("data/folds.csv", "data/corrections.csv", "reports/leaderboard.csv")
PROBE = {"effort": "probe", "threads": 1, "probe.networks": ["tf_efficientnet_lite0"], "embed.size": 64,
         "image.size": 64, "image.resize": "squash", "split.k": 3, "folds": [0, 1, 2]}  # fmt: skip
TRAINED = SMALL | {"split.k": 2, "augment.per_class": 0, "train.epochs": 1, "tta.views": "none"}
Rows = list[list[str]]


@dataclass(frozen=True)
class Shown:
    """What a picture shows."""

    bright: float  # 0 to 1
    red: bool
    striped: bool

    def words(self) -> list[str]:
        return [name for name in ("red", "striped") if getattr(self, name)]


def picture(shown: Shown, generator: np.random.Generator) -> bytes:
    """A 64 px PNG."""
    pixels = generator.integers(0, 40, (64, 64, 3)) + int(40 + 160 * shown.bright)
    if shown.red:
        pixels[..., :2] //= 3
    if shown.striped:
        pixels[::8] = pixels[1::8] = 0
    return cv2.imencode(".png", np.clip(pixels, 0, 255).astype(np.uint8))[1].tobytes()


def drawn(count: int, seed: int) -> list[Shown]:
    generator = np.random.default_rng(seed)
    return [Shown(float(generator.random()), bool(i % 2), bool(i // 2 % 2)) for i in range(count)]


def ship(
    path: Path,
    header: list[str],
    cells: Callable[[Shown], list[str]],
    blank: list[str],
    rows: Callable[[str, Shown], Rows] | None = None,
) -> Rows:
    """Writes train.csv, the sample and the pictures to a zip; returns the test's hidden answers.

    rows: the rows of train.csv of one picture, where they are not its id and `cells`.
    """
    generator = np.random.default_rng(0)
    hidden: Rows = []
    table: Rows = [header]
    with zipfile.ZipFile(path, "w") as file:
        for part, shown in (("train", drawn(TRAIN, 1)), ("test", drawn(TEST, 2))):
            for i, one in enumerate(shown):
                name = f"{part[:2]}{i:03d}"
                file.writestr(f"{part}/{name}.png", picture(one, generator))
                if part == "test":
                    hidden.append([name, *cells(one)])
                else:
                    table += rows(name, one) if rows else [[name, *cells(one)]]
        file.writestr("train.csv", text(table))
        file.writestr("sample_submission.csv", text([header, *([row[0], *blank] for row in hidden)]))
    return hidden


def text(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    """`folder` becomes a project for its comp.zip, with these parameters and a scratch store of its own."""
    for name in ("params.yaml", "dvc.yaml", *KEPT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    set_params(folder, {"competition.path": "comp.zip"} | changes)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PODIUM_CACHE", str(folder / "cache"))


def run_stages(monkeypatch: pytest.MonkeyPatch, folds: int) -> None:
    """Every stage from ingest to export, which fails where its bundle says otherwise."""
    for stage in (ingest, network, embed, clean_labels, split, look, augment, pseudo_label, select):
        stage.main()
    for fold in range(folds):
        monkeypatch.setattr(sys, "argv", ["train", str(fold)])
        train.main()
    for stage in (refit, predict, ensemble, submit, report, export):
        stage.main()


def run_all(folder: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> Rows:
    """Every stage on folder/comp.zip; the submission's rows without their header."""
    opened(folder, monkeypatch, changes)
    run_stages(monkeypatch, int(changes["split.k"]))
    with (folder / "reports/submission.csv").open(newline="") as file:
        return list(csv.reader(file))[1:]
