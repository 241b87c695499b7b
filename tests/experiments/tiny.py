"""A repository whose predict stage makes predictions up from `model`, in no time; the vote is real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from podium.contracts import clean, competition, duplicates, embeddings, folds, images, predictions, probe
from tests import tables

ROOT = Path(__file__).parents[2]
CLASSES = ["cat", "dog", "owl", "fox"]
DVC_YAML = """
stages:
  predict:
    cmd: python -m stages.fake
    params: [model, seed, folds]
    outs: [data/predictions, data/index, data/clean, data/split, data/embeddings, data/probe]
  pseudo_label:
    cmd: python -m stages.pseudo_label
    deps: [data/index, data/split]
    params: [pseudo_label, folds]
    outs: [data/pseudo]
  ensemble:
    cmd: python -m stages.ensemble
    deps: [data/index, data/clean, data/split, data/predictions, data/embeddings, data/probe,
      podium/vote/voters, podium/vote/ensemble.py]
    params: [folds, leak, ensemble, seed]
    outs: [data/ensemble]
    metrics: [{reports/metrics.json: {cache: false}}]
  report:
    cmd: python -c 'from podium.project import summary; summary.last()'
    deps: [data/ensemble]
"""
FAKE = """
import sys, yaml
sys.path.insert(0, "tests/experiments")
import tiny
params = yaml.safe_load(open("params.yaml"))
tiny.predict(params["model"], params["folds"], shift=params["seed"])
"""


def write_index(
    root: Path = Path(), n: int = 200, hold_out: int = 10, tests: int = 40, shift: int = 0
) -> pd.DataFrame:
    """competition.json, images.parquet, clean labels, folds.parquet and embeddings of noise; the split."""
    found = competition.Competition(
        name="tiny",
        classes=CLASSES,
        metric="accuracy",
        form="label",
        id_column="id",
        columns=["label"],
        values=CLASSES,
        column_classes=[],
    )
    competition.write(found, root / competition.PATH)
    ids = [f"train/{i:05d}.png" for i in range(n + hold_out)]
    rows = pd.DataFrame({"image_id": ids, "label": np.arange(len(ids)) * 7 % len(CLASSES), "group": ids})
    rows["fold"] = np.r_[(np.arange(n) + shift) % 5, np.full(hold_out, -1)]
    folds.FOLDS.write(rows, root / folds.PATH)
    names = rows["label"].map(dict(enumerate(CLASSES)))
    kept = {"action": "keep", "suspect": False, "quality": 1.0, "reason": ""}
    clean.write(rows[["image_id"]].assign(label=names, label_given=names, **kept), root / clean.PATH)
    duplicates.DUPLICATES.write(duplicates.DUPLICATES.empty(), root / duplicates.PATH)
    test = [f"test/{i:05d}.png" for i in range(tests)]
    called = [None] * len(ids) + [f"{i:05d}" for i in range(tests)]
    table = tables.images(image_id=[*ids, *test], submission_id=called)
    images.IMAGES.write(table, root / images.PATH)
    none = probe.Chosen(size=64, resize="squash", probes=[])
    probe.write(none, root / probe.FOLDER)
    vectors = np.random.default_rng(0).normal(size=(len(table), 8)).astype(np.float32)
    embeddings.write(table["image_id"].tolist(), vectors, root / embeddings.FOLDER)
    return rows


def predict(model: str, declared: list[int], root: Path = Path(), shift: int = 0) -> None:
    """Predictions that are right more often than not; other errors for each model's name."""
    split = write_index(root, shift=shift)
    generator = np.random.default_rng(list(model.encode()))
    hidden = split[split["fold"] == -1]
    test = [f"test/{i:05d}.png" for i in range(40)] + hidden["image_id"].tolist()
    truth = np.r_[np.arange(40) % len(CLASSES), hidden["label"]]
    for fold in range(5):
        rows = split[split["fold"] == fold]
        oof, on_test = _probs(generator, rows["label"].to_numpy()), _probs(generator, truth)
        if fold in declared:
            predictions.write(rows["image_id"].tolist(), oof, root / predictions.path(fold, "oof"))
            predictions.write(test, on_test, root / predictions.path(fold, "test"))


def _probs(generator: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    logits = 2.5 * np.eye(len(CLASSES))[labels] + 1.5 * generator.normal(size=(len(labels), len(CLASSES)))
    odds = np.exp(logits)
    return odds / odds.sum(1, keepdims=True)


def repository(root: Path, top: Path | None = None) -> Path:
    """A committed project with our code, our params.yaml and the fake predict stage.

    top: the larger Git repository of which it is a folder; None: it is its own.
    """
    root.mkdir(parents=True)
    for name in ("podium", "stages"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tests/experiments").mkdir(parents=True)
    shutil.copy(__file__, root / "tests/experiments/tiny.py")
    shutil.copy(ROOT / "tests/tables.py", root / "tests/tables.py")
    for name in ("params.yaml", ".gitignore", ".dvcignore"):
        shutil.copy(ROOT / name, root / name)
    (root / "stages/fake.py").write_text(FAKE)
    (root / "dvc.yaml").write_text(DVC_YAML)
    run(top or root, "git", "init", "-q", "-b", "main")
    for key, value in (("user.name", "t"), ("user.email", "t@example.org")):
        run(root, "git", "config", key, value)
    run(root, "dvc", "init", "-q", *(["--subdir"] if top else []))
    run(root, "dvc", "config", "core.analytics", "false")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "-m", "baseline")
    return root


def run(root: Path, *command: str, fails: bool = False) -> str:
    """Runs a command there; its whole output. Asserts that it succeeds, or that it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DVC_", "GIT_"))} | {"PATH": path}
    done = subprocess.run(
        command, cwd=root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert bool(done.returncode) == fails, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout
