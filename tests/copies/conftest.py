"""A tiny competition as the stages before augment leave it."""

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from podium.contracts import clean, competition, folds, images
from podium.images import shards
from tests import tables

CLASSES = ["cat", "dog", "owl"]
SIZES = {"cat": 7, "dog": 4, "owl": 10}


def picture(seed: int, height: int = 40, width: int = 48) -> np.ndarray:
    """Smooth random pixels (height, width, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def lay_out(folder: Path, sizes: dict[str, int] = SIZES) -> pd.DataFrame:
    """Writes data/ below `folder`; returns the folds. The first image of each class is held out."""
    rows, fold_rows, label_rows = [], [], []
    with shards.Writer(folder / "data/images", "images") as writer:
        number = 0
        for label, name in enumerate(CLASSES):
            for i in range(sizes[name]):
                image_id = f"train/{name}/{i:03d}.png"
                data = cv2.imencode(".png", picture(1000 * label + i))[1].tobytes()
                place = writer.add(image_id, data)
                rows.append(
                    {"image_id": image_id, "width": 48, "height": 40, "digest": sha256(data).hexdigest()}
                    | {"shard": place.shard, "offset": place.offset, "length": place.length}
                )
                fold = -1 if i == 0 else number % 3
                number += 1
                fold_rows.append({"image_id": image_id, "label": label, "group": image_id, "fold": fold})
                label_rows.append(
                    {"image_id": image_id, "label": name, "label_given": name, "action": "keep"}
                    | {"suspect": False, "quality": 0.5, "reason": ""}
                )
    images.IMAGES.write(tables.images(**pd.DataFrame(rows).to_dict("list")), folder / images.PATH)
    clean.write(pd.DataFrame(label_rows), folder / clean.PATH)
    table = pd.DataFrame(fold_rows)
    folds.FOLDS.write(table, folder / folds.PATH)
    found = competition.Competition(
        name="zoo", classes=CLASSES, metric="accuracy", form="label", id_column="id",
        columns=["label"], values=CLASSES, column_classes=[],
    )  # fmt: skip
    competition.write(found, folder / competition.PATH)
    return table


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The competition in a folder of its own, which is the working directory; its own scratch store."""
    lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "scratch"))
    return tmp_path
