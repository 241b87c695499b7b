"""A small finished run, written through the contracts, as the report finds it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import (
    clean,
    competition,
    findings,
    folds,
    images,
    manifest,
    metrics,
    model,
    predictions,
)
from podium.foundation.files import write_json, write_text
from podium.images.pixels import encode
from podium.images.shards import Writer
from tests import tables

CLASSES = ["<b>cat</b>", "dog $x$", "Mäuse"]
PER_CLASS = 4
TESTS = 3


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_text(Path("params.yaml"), 'model: some_net\nfolds: [0, 1, 2]\nreport: {}\nnote: "<i>"\n')
    stored = _images()
    _split(stored)
    _models()
    _votes(stored)
    metrics.write(
        {"metric": "log_loss", "cv": 0.4321, "cv_low": 0.4, "cv_high": 0.5, "accuracy": 0.75, "n": 12}
    )
    shift = {"adversarial_auc": 0.75, "most_like_test": ["train/1/2.png", "train/0/3.png"]}
    told = {"sentences": ["One label <u>looks</u> wrong."]}
    write_json(Path("data/clean/facts.json"), {"suspects": 1, **shift, **told})
    return tmp_path


def _images() -> pd.DataFrame:
    generator, rows = np.random.default_rng(0), []
    names = [f"train/{c}/{i}.png" for c in range(3) for i in range(PER_CLASS)] + [
        f"test/{i}.png" for i in range(TESTS)
    ]
    with Writer(images.SHARDS, "images") as shards:
        for name in names:
            place = shards.add(name, encode(generator.integers(0, 255, (40, 50, 3), np.uint8), ".png"))
            rows.append((name, name.partition("/")[0], place.shard, place.offset, place.length))
    rows.append(("train/broken<img>.png", "train", "", 0, 0))
    frame = pd.DataFrame(rows, columns=["image_id", "subset", "shard", "offset", "length"])
    frame["note"] = np.where(frame["length"] > 0, "", "zero bytes")
    frame["submission_id"], frame["path"] = frame["image_id"], frame["image_id"]
    frame = tables.images(**frame.assign(width=50, height=40).to_dict("list"))
    images.IMAGES.write(frame, images.PATH)
    return frame[(frame["subset"] == "train") & (frame["length"] > 0)].reset_index(drop=True)


def _split(stored: pd.DataFrame) -> None:
    warned = competition.Finding(what="order", found="deduced <script>", why="no names file", warning=True)
    plain = competition.Finding(what="labels", found="class folders", why="")
    competition.write(
        competition.Competition(
            name="zoo <script>alert(1)</script>", classes=CLASSES, metric="log_loss", form="label",
            id_column="id", columns=["label"], values=CLASSES, column_classes=[],
        )
    )  # fmt: skip
    findings.write([plain, warned])
    label = stored["image_id"].str.split("/").str[1].astype(int)
    frame = stored.assign(label=label, group=stored["image_id"], fold=np.arange(len(stored)) % 2)
    folds.FOLDS.write(frame, folds.PATH)
    names = label.map(dict(enumerate(CLASSES)))
    cleaned = frame.assign(
        label=names, label_given=names, action="keep", suspect=False, quality=0.9, reason=""
    )
    cleaned.loc[0, ["suspect", "quality", "reason"]] = [True, 0.01, "looks like <dog>"]
    clean.write(cleaned)
    rows = frame.assign(source_id=frame["image_id"], label_given=label, weight=1.0, copy=0, digest="0")
    rows["shard"] = "images/" + rows["shard"]
    copy = rows.assign(image_id=rows["image_id"] + "#1", copy=1)
    manifest.MANIFEST.write(pd.concat([rows, copy]), manifest.PATH)


def _models() -> None:
    for fold in (0, 1):
        card = model.ModelCard(
            fold=fold, model="some_net", weights="random", classes=CLASSES, freeze="nothing", parameters=100,
            trainable=50, images=6, copies=6, resolved={"epochs": 3, "lr": 0.001},
            preprocessing=model.Preprocessing(size=32, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        )  # fmt: skip
        model.write_card(card, model.folder(fold) / "model.json")
        rows = [f"{e},{2 - e / 2 + fold},{0.3 + e / 10},{2.5 - e / 2},{0.2 + e / 10},0.1" for e in range(3)]
        head = "epoch,train_loss,train_accuracy,val_loss,val_accuracy,lr"
        write_text(model.folder(fold) / "history.csv", "\n".join([head, *rows]) + "\n")
        picture = np.full((20, 40, 3), 60 + 90 * fold, np.uint8)
        (model.folder(fold) / model.PICTURE).write_bytes(encode(picture, ".jpg"))


def _votes(stored: pd.DataFrame) -> None:
    labels = stored["image_id"].str.split("/").str[1].astype(int).to_numpy()
    probs = np.full((len(labels), 3), 0.1, np.float32)
    probs[np.arange(len(labels)), labels] = 0.8
    probs[0], probs[5] = [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]  # rows 0 and 5 are wrong, 0 the more
    predictions.write(stored["image_id"].tolist(), probs, predictions.ENSEMBLE / "oof.parquet")
    tested = [f"test/{i}.png" for i in range(TESTS)]
    predictions.write(tested, np.full((TESTS, 3), 1 / 3, np.float32), predictions.ENSEMBLE / "test.parquet")
    voters = [{"voter": "soft", "score": 0.43, "low": 0.4, "high": 0.5}]
    write_json(
        predictions.ENSEMBLE / "table.json", {"metric": "log_loss", "chosen": "soft", "voters": voters}
    )
