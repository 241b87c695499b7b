"""A made-up competition's contracts: clusters of vectors, one a class, with flips, twins and bad files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import competition, embeddings
from podium.contracts.competition import Competition
from podium.contracts.images import IMAGES, SHARDS
from podium.contracts.images import PATH as INDEX
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.contracts.origins import ORIGINS
from podium.contracts.origins import PATH as FROM
from podium.images.pixels import encode
from podium.images.shards import Writer
from tests import tables

CLASSES = ["cat", "dog", "owl"]
PARAMS = "seed: 0\nduplicates: {}\nlabels: {}\nleak: {}\nsplit: {k: 3}\n"


def images(ids: list[str], seed: int = 0) -> pd.DataFrame:
    """An images table without duplicates."""
    n = len(ids)
    hashes = np.random.default_rng(seed).integers(0, 1 << 63, n, dtype=np.uint64)
    told = {name: [f"{name}{row}" for row in range(n)] for name in ("sha256", "pixels", "digest")}
    return tables.images(image_id=ids, phash=hashes, offset=np.arange(n) * 512, length=100, **told)


def vectors(labels: np.ndarray, d: int = 16, spread: float = 0.5, seed: int = 0) -> np.ndarray:
    """float32 (n, d): each class a cloud of its own."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(1234).normal(size=(int(labels.max()) + 1, d))
    return (centres[labels] + spread * draw.normal(size=(len(labels), d))).astype(np.float32)


def write(root: Path, a_class: int = 20, test: int = 12, params: str = PARAMS) -> pd.DataFrame:
    """Writes contracts below `root`; the last image of train is unreadable. Returns the labels table."""
    ids = [f"train/{name}/{name}{i}.jpg" for name in CLASSES for i in range(a_class)]
    labels = np.repeat(np.arange(len(CLASSES)), a_class)
    unseen = [f"test/{i}.jpg" for i in range(test)]
    table = images(ids + unseen)
    broken = table["image_id"] == ids[-1]
    table.loc[broken, ["status", "length", "phash", "pixels", "digest"]] = ["unreadable", 0, 0, "", ""]
    readable = np.flatnonzero(~broken)
    truth = np.concatenate([labels, np.arange(test) % len(CLASSES)])
    (root / "data").mkdir(exist_ok=True)
    shipped = pd.DataFrame({"image_id": ids, "label": [CLASSES[label] for label in labels], "group": None})
    LABELS.write(shipped, root / SHIPPED)
    ORIGINS.write(ORIGINS.empty(), root / FROM)
    _store(table, root)
    IMAGES.write(table, root / INDEX)
    embeddings.write(
        [table["image_id"][row] for row in readable],
        vectors(truth[readable]),
        root / embeddings.FOLDER,
    )
    competition.write(
        Competition(
            name="made",
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
    (root / "params.yaml").write_text(params)
    (root / "data/corrections.csv").write_text("image_id,label,note\n")
    (root / "data/folds.csv").write_text("image_id,fold\n")
    return shipped


def _store(table: pd.DataFrame, root: Path) -> None:
    """Writes a small picture for each readable image and its place into `table`."""
    with Writer(root / SHARDS, "images") as writer:
        for row in np.flatnonzero(table["status"] != "unreadable"):
            pixels = np.full((8, 8, 3), row % 256, np.uint8)
            place = writer.add(str(row), encode(pixels, ".png"))
            table.loc[row, ["shard", "offset", "length"]] = [place.shard, place.offset, place.length]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a made-up competition, which is the working directory."""
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
