"""A copy of this project, and a tiny competition for it, shrunk through params alone."""

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import yaml

ROOT = Path(__file__).parents[2]
CLASSES = ("circle", "cross", "square")
TRAIN, TEST = 10, 4  # images a class
SMALL = {
    "model": "test_resnet", "pretrained": False, "freeze": "none", "folds": [0, 1], "threads": 1,
    "image.size": 32, "image.resize": "squash", "split.k": 3,
    "probe.networks": ["tf_efficientnet_lite0"], "augment.per_class": 14,
    "train.epochs": 2, "train.batch_size": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Project:
    """One working copy: commands run in it with this Python and a scratch store of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *words] if words[0] != "git" else list(words)
        where = {"cwd": self.folder, "env": self.environment}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, **where)
        assert not ok or done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done

    def change(self, **changes: object) -> None:
        """Sets dotted keys of params.yaml, `__` standing for the dot."""
        set_params(self.folder, {key.replace("__", "."): value for key, value in changes.items()})


def set_params(folder: Path, changes: dict[str, object]) -> None:
    path = folder / "params.yaml"
    values = yaml.safe_load(path.read_text())
    for key, value in changes.items():
        *sections, last = key.split(".")
        part = values
        for section in sections:
            part = part[section]
        part[last] = value
    path.write_text(yaml.safe_dump(values, sort_keys=False))


def copy_project(folder: Path, scratch: Path) -> Project:
    """The files that Git knows or would take, in a repository of their own."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("data/raw/", "dvc.lock")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "data/raw").mkdir(parents=True, exist_ok=True)
    shutil.copy2(ROOT / "data/raw/README.md", folder / "data/raw/README.md")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PODIUM_CACHE": str(scratch),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    project = Project(folder, environment)
    project.run("git", "init", "-q")
    project.run("git", "config", "user.name", "t")
    project.run("git", "config", "user.email", "t@e.x")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "as shipped")
    return project


def picture(kind: str, generator: np.random.Generator) -> bytes:
    """A 40 x 36 PNG of a bright shape on a dark, noisy ground."""
    pixels = generator.integers(0, 60, (36, 40, 3)).astype(np.uint8)
    x, y, r = (int(v) for v in generator.integers((12, 12, 6), (28, 24, 10)))
    color = [int(v) for v in generator.integers(150, 255, 3)]
    if kind == "circle":
        cv2.circle(pixels, (x, y), r, color, 2)
    elif kind == "square":
        cv2.rectangle(pixels, (x - r, y - r), (x + r, y + r), color, 2)
    else:
        cv2.line(pixels, (x - r, y - r), (x + r, y + r), color, 2)
        cv2.line(pixels, (x - r, y + r), (x + r, y - r), color, 2)
    return cv2.imencode(".png", pixels)[1].tobytes()


def competition(path: Path, classes: tuple[str, ...] = CLASSES, train: int = TRAIN) -> Path:
    """train/, train.csv, test/ and sample_submission.csv in one zip."""
    generator = np.random.default_rng(0)
    labels, sample = ["id,label"], ["id,label"]
    with zipfile.ZipFile(path, "w") as file:
        for i in range(train * len(classes)):
            kind = classes[i % len(classes)]
            file.writestr(f"train/{i:03d}.png", picture(kind, generator))
            labels.append(f"{i:03d},{kind}")
        for i in range(TEST * len(classes)):
            file.writestr(f"test/t{i:03d}.png", picture(classes[i % len(classes)], generator))
            sample.append(f"t{i:03d},{classes[0]}")
        file.writestr("train.csv", "\n".join(labels) + "\n")
        file.writestr("sample_submission.csv", "\n".join(sample) + "\n")
    return path
