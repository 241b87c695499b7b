"""What an offline notebook predicts is what ensemble published."""

import ast
import csv
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from podium.contracts import clean, competition, duplicates, folds, model, predictions, probe
from podium.foundation.files import write_json
from podium.images.pixels import decode, encode, shrink, square

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CLASSES = ["cat", "dog", "owl"]
SIZE, SHORT_SIDE, TESTS, TRAIN = 64, 96, 21, 24
FOUND = competition.Competition(
    name="tiny",
    classes=CLASSES,
    metric="accuracy",
    form="probabilities",
    id_column="id",
    columns=["owl", "cat", "dog"],
    values=CLASSES,
    column_classes=[2, 0, 1],
)
PARAMS = f"""
seed: 0
folds: [0, 1]
image:
  storage: {{short_side: {SHORT_SIDE}}}
tta: {{views: [hflip, rotate, shift, five_crop], keep: always, merge: VIEWS, of: probs}}
ensemble: {{voter: VOTER, calibrate: CALIBRATE}}
"""


def pictures(folder: Path) -> list[Path]:
    """Test images of many shapes; some beyond what is stored unshrunk, one no image at all."""
    generator = np.random.default_rng(0)
    folder.mkdir(parents=True)
    files = []
    for i in range(TESTS):
        low = generator.integers(0, 256, (5, 6, 3)).astype(np.uint8)
        size = (int(generator.integers(60, 200)), int(generator.integers(60, 200)))
        files.append(folder / f"{i:03d}{('.png', '.jpg')[i % 2]}")
        cv2.imwrite(str(files[-1]), cv2.resize(low, size, interpolation=cv2.INTER_CUBIC))
    return files


def network_probs(fold: int, pixels: list[np.ndarray]) -> np.ndarray:
    """What predict makes of stored images: views, then their merge."""
    import torch

    from podium.export.bundle import views
    from podium.features.pixels import to_tensor
    from podium.networks.build import load as load_network
    from podium.tta.merge import merge

    network, card = load_network(model.folder(fold))
    tta, used = views(Path(), network)
    made = network.preprocessing
    logits = []
    for view in used:
        side = round(made.size * view.canvas)
        batch = np.stack([square(p, side, made.resize, made.interpolation) for p in pixels])
        with torch.inference_mode():
            logits.append(network.module(view.apply(to_tensor(batch, made))).numpy())
    return merge(np.stack(logits), tta.merge, tta.of, card.temperature)


def project(voter: str, calibrate: str, merge: str, resize: str) -> list[Path]:
    """A finished run in the current folder, its networks random; the test images' files."""
    from podium.networks.build import build, save

    text = PARAMS.replace("VOTER", voter).replace("CALIBRATE", calibrate).replace("VIEWS", merge)
    Path("params.yaml").write_text(text)
    files = pictures(Path("shipped"))
    stored = [decode(f.read_bytes()) for f in files]
    small = [p if min(p.shape[:2]) <= SHORT_SIDE else decode(encode(shrink(p, SHORT_SIDE))) for p in stored]
    train = [f"train/{i:03d}" for i in range(TRAIN)]
    test = [f"test/{f.name}" for f in files]
    labels = np.arange(TRAIN) % 3
    competition.write(FOUND)
    rows = pd.DataFrame({"image_id": train, "label": labels, "group": train})
    names = [CLASSES[label] for label in labels]
    kept = {"action": "keep", "suspect": False, "quality": 1.0, "reason": ""}
    clean.write(rows[["image_id"]].assign(label=names, label_given=names, **kept))
    duplicates.DUPLICATES.write(duplicates.DUPLICATES.empty(), duplicates.PATH)
    folds.FOLDS.write(rows.assign(fold=(np.arange(TRAIN) // 3 % 2).astype(np.int8)), folds.PATH)
    generator = np.random.default_rng(1)
    for fold in (0, 1):
        network = build("test_resnet", False, 3, SIZE, seed=fold, resize=resize)
        card = model.ModelCard(
            fold=fold, model="test_resnet", weights="random", classes=CLASSES,
            preprocessing=network.preprocessing, freeze="none", parameters=0, trainable=0, images=0,
            copies=0, temperature=0.05, resolved={"network": network.options},
        )  # fmt: skip
        model.folder(fold).mkdir(parents=True)
        save(network, model.folder(fold))
        model.write_card(card, model.folder(fold) / "model.json")
    predictions.FOLDER.mkdir(parents=True)
    probe.write(probe.Chosen(size=64, resize="squash", probes=[], multiply_adds=0))
    write_json(predictions.FOLDER / "facts.json", {"tta_views": "hflip,rotate,shift,five_crop"})
    for fold in (0, 1):
        mine = np.arange(TRAIN) // 3 % 2 == fold
        oof = generator.dirichlet(np.ones(3), mine.sum()) + np.eye(3)[labels[mine]]
        ids = [name for name, inside in zip(train, mine, strict=True) if inside]
        predictions.write(ids, oof / 2, predictions.path(fold, "oof"))
        predictions.write(test, network_probs(fold, small), predictions.path(fold, "test"))
    return files


def stage(name: str, *, fails: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"stages.{name}"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert bool(done.returncode) == fails, done.stdout
    return done.stdout


@pytest.mark.parametrize(
    ("voter", "calibrate", "merge", "resize"),
    [
        ("stacking", "temperature", "mean", "squash"),
        ("geometric", "priors", "gmean", "pad"),
    ],
)
def test_the_notebook_predicts_what_ensemble_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, voter: str, calibrate: str, merge: str, resize: str
) -> None:
    monkeypatch.chdir(tmp_path)
    files = project(voter, calibrate, merge, resize)
    stage("ensemble")
    said = stage("export")
    assert "a thousand images take about" in said

    # At run time the rows are others: any number, any order, ids without suffix, and one file is broken.
    order = [files[i] for i in np.random.default_rng(2).permutation(TESTS)]
    broken = tmp_path / "shipped/broken.jpg"
    broken.write_bytes(b"not an image")
    sample = tmp_path / "sample.csv"
    names = [f.stem for f in [*order, broken]]
    sample.write_text("id,owl,cat,dog\n" + "".join(f"{name},0,0,1\n" for name in names))
    done = subprocess.run(
        [sys.executable, "-E", "-s", str(tmp_path / "export/predict.py"), "shipped", str(sample), "out.csv"],
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with open("out.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", "owl", "cat", "dog"] and [row[0] for row in rows] == names
    found = np.array([[float(cell) for cell in row[1:]] for row in rows])
    ids, wanted = predictions.read(predictions.ENSEMBLE / "test.parquet", 3)
    place = [ids.index(f"test/{f.name}") for f in order]
    assert found[:-1] == pytest.approx(wanted[place][:, [2, 0, 1]], abs=1e-4)
    assert np.isfinite(found[-1]).all()


def test_what_cannot_be_exported_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project("rank_mean", "none", "mean", "squash")
    stage("ensemble")
    said = stage("export", fails=True)
    assert "error: the rank_mean vote depends on which other images are there and cannot be exported" in said
    assert not Path("export").exists()


def test_predict_is_short_and_needs_three_packages_alone(tmp_path: Path) -> None:
    from podium.export import bundle

    bundle.write({}, tmp_path)
    assert len((tmp_path / "predict.py").read_text().splitlines()) <= 52
    used = set()
    for file in tmp_path.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            used |= {name.partition(".")[0] for name in names}
    assert used - sys.stdlib_module_names == {"cv2", "numpy", "onnxruntime", "images"}
