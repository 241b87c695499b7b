"""A competition of 48 drawn images in three classes, as the stages before train leave it."""

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from podium.contracts import competition, folds, images, manifest, pseudo, selection
from podium.images.shards import Writer
from tests import tables

CLASSES = ["circle", "cross", "square"]
FOLDS = 3
PARAMS = {
    "model": "test_resnet",
    "pretrained": False,
    "freeze": "none",
    "folds": [0, 1, 2],
    "threads": 1,
    "image": {"size": 32},
    "train": {"epochs": 2, "batch_size": 8},
}


def picture(label: int, number: int) -> np.ndarray:
    """A 32 px figure at a place that follows from `number`, on noise."""
    random = np.random.default_rng([label, number])
    pixels = random.integers(0, 60, (32, 32, 3), dtype=np.uint8)
    x, y = (int(value) for value in random.integers(11, 21, 2))
    if label == 0:
        cv2.circle(pixels, (x, y), 8, (230, 230, 230), 2)
    elif label == 1:
        cv2.line(pixels, (x - 8, y), (x + 8, y), (230, 230, 230), 2)
        cv2.line(pixels, (x, y - 8), (x, y + 8), (230, 230, 230), 2)
    else:
        cv2.rectangle(pixels, (x - 7, y - 7), (x + 7, y + 7), (230, 230, 230), 2)
    return pixels


def write_competition(root: Path, a_class: int = 16) -> None:
    """data/ and params.yaml below `root`."""
    rows = []
    with Writer(root / "data/images", "train") as writer:
        for label, name in enumerate(CLASSES):
            for number in range(a_class):
                data = cv2.imencode(".png", picture(label, number))[1].tobytes()
                place = writer.add(f"{name}/{number}.png", data)
                path = f"{name}/{number}.png"
                rows.append(
                    (
                        f"train/{path}",
                        path,
                        label,
                        number % FOLDS,
                        sha256(data).hexdigest(),
                        place.shard,
                        place.offset,
                        place.length,
                    )
                )
    frame = pd.DataFrame(
        rows, columns=["image_id", "path", "label", "fold", "digest", "shard", "offset", "length"]
    )
    images.IMAGES.write(tables.images(**frame.to_dict("list")), root / images.PATH)
    folds.FOLDS.write(frame.assign(group=frame["image_id"]), root / folds.PATH)
    facts = {
        "source_id": frame["image_id"],
        "label_given": frame["label"],
        "weight": 1.0,
        "copy": 0,
    }
    manifest.MANIFEST.write(frame.assign(**facts, shard="images/" + frame["shard"]), root / manifest.PATH)
    table = pseudo.table(len(CLASSES))
    table.write(table.empty(), root / pseudo.PATH)
    chosen = selection.Selection(train=True, size=32, resize="squash", freeze="auto")
    selection.write(chosen, root / selection.PATH)
    competition.write(
        competition.Competition(
            name="figures",
            classes=CLASSES,
            metric="accuracy",
            form="label",
            id_column="id",
            columns=["label"],
            values=CLASSES,
            column_classes=[],
        ),
        root / competition.PATH,
    )
    write_params(root)


def write_params(root: Path, **changes: object) -> None:
    """params.yaml below `root`; `train` is merged, all else replaced."""
    train = PARAMS["train"] | changes.pop("train", {})
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMS | changes | {"train": train}))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder, made the current one, with a scratch store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    write_competition(tmp_path)
    return tmp_path
