"""A small competition, read by ingest itself, and a finished run on it with networks that learnt nothing."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from safetensors.numpy import save_file

from podium.contracts import (
    clean,
    competition,
    duplicates,
    folds,
    images,
    manifest,
    model,
    predictions,
    probe,
    refit,
)
from podium.contracts import selection as chosen
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as GIVEN
from podium.foundation.files import write_json
from stages import ensemble, ingest, predict, submit

NAMES = ("cat", "dog", "owl")
TRAIN, TESTS, SHORT_SIDE = 24, 13, 96
SURE = 20.0  # times the last layer's random weights: networks that disagree
PROBE, WIDTH, PROBED = "tf_efficientnet_lite0", 1280, 32
PARAMS = f"""
seed: 0
folds: [0, 1]
threads: 1
competition: {{path: shipped, metric: METRIC}}
image: {{storage: {{short_side: {SHORT_SIDE}}}}}
tta: {{views: VIEWS, keep: always, merge: MERGE, of: probs}}
ensemble: {{voter: VOTER, calibrate: CALIBRATE, experiments: EXPERIMENTS}}
leak: {{use_test_duplicates: LEAK}}
refit: {{networks: REFITS, vote: VOTE}}
"""


@dataclass(frozen=True)
class Run:
    """What is shipped, and how the run votes."""

    voter: str = "soft"
    calibrate: str = "none"
    merge: str = "mean"
    views: str = "none"
    metric: str = "log_loss"
    leak: str = "false"
    task: str = "single"
    sample: str = "id,owl,cat,dog"  # its header; a column `label` alone asks for names
    delimiter: str = ","
    clear: bool = False  # half of each picture transparent, its hidden colour black
    network: bool = True
    probed: bool = False
    refits: int = 0
    vote: str = "instead"  # of refits
    shared: bool = True  # whether the networks have one frozen part
    resize: str = "squash"
    seed: int = 0  # of the networks
    experiments: tuple[str, ...] = ()  # revisions that vote too


def picture(seed: int, clear: bool, suffix: str) -> bytes:
    """Some are larger than what is stored unshrunk."""
    draw = np.random.default_rng(seed)
    low = Image.fromarray(draw.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    size = (int(draw.integers(60, 200)), int(draw.integers(60, 200)))
    pixels = np.array(low.resize(size, Image.Resampling.BICUBIC))
    buffer = io.BytesIO()
    if clear and suffix == ".png":
        alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        alpha[:, pixels.shape[1] // 2 :] = 0
        pixels[:, pixels.shape[1] // 2 :] = 0
        Image.fromarray(np.dstack([pixels, alpha])).save(buffer, "PNG")
    else:
        Image.fromarray(pixels).save(buffer, "PNG" if suffix == ".png" else "JPEG")
    return buffer.getvalue()


def ship(run: Run) -> None:
    """The download's folder: ids without the files' zeros, a text beside a picture, a test image twice."""
    for i in range(TRAIN):
        place = Path("shipped/train") / NAMES[i % 3] / f"{i:05d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture(i, run.clear, ".jpg"))
    Path("shipped/test").mkdir()
    for i in range(TESTS):
        suffix = (".png", ".jpg")[i % 2]
        Path(f"shipped/test/{i:05d}{suffix}").write_bytes(picture(1000 + i, run.clear, suffix))
    Path("shipped/test/00003.jpg").write_bytes(Path("shipped/train/cat/00003.jpg").read_bytes())
    Path("shipped/test/00004.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    Path("shipped/test/00001.txt").write_text("what is beside the picture")
    columns = run.sample.split(",")
    cells = ["cat"] if len(columns) == 2 else ["0.25", "0.5", "0.25"]
    rows = [columns, *([str(i), *cells] for i in range(TESTS))]
    text = "".join(run.delimiter.join(row) + "\n" for row in rows)
    Path("shipped/sample_submission.csv").write_text(text)


def finish(run: Run) -> None:
    """A finished run in the current folder, up to reports/submission.csv."""
    text = PARAMS
    for name in ("voter", "calibrate", "merge", "views", "metric", "leak", "refits", "vote"):
        text = text.replace(name.upper(), str(getattr(run, name)))
    Path("params.yaml").write_text(text.replace("EXPERIMENTS", json.dumps(run.experiments)))
    ship(run)
    ingest.main()
    found = competition.read()
    if run.task != "single":
        found = found.model_copy(update={"task": run.task})
        competition.write(found)
    tables(found)
    probe.write(probe.Chosen(size=64, resize="squash", probes=[], multiply_adds=0))
    predictions.FOLDER.mkdir(parents=True)
    chosen.write(chosen.Selection(train=run.network, size=64, resize=run.resize, freeze="auto", why="asked"))
    if run.network:
        networks(run)
    refit.write(refit.Refit(networks=run.refits, why="asked"))
    predict.main()
    if run.probed:
        probes()
    ensemble.main()
    submit.main()


def tables(found: competition.Competition) -> None:
    """Labels, folds and duplicates as the stages before training leave them."""
    given = LABELS.read(GIVEN).sort_values("image_id")
    ids, names = given["image_id"].tolist(), given["label"].tolist()
    kept = {"action": "keep", "suspect": False, "quality": 1.0, "reason": ""}
    clean.write(given[["image_id"]].assign(label=names, label_given=names, **kept))
    labels = [found.answers.index(name) for name in names]
    fold = (np.arange(len(ids)) % 2).astype(np.int8)
    split = pd.DataFrame({"image_id": ids, "label": labels, "group": ids, "fold": fold})
    folds.FOLDS.write(split, folds.PATH)
    twins = [("train/train/cat/00003.jpg", "0"), ("test/test/00003.jpg", "0")]
    rows = [(image, group, "exact", 0.0) for image, group in twins]
    table = duplicates.DUPLICATES
    table.write(pd.DataFrame(rows, columns=table.schema.names).astype(table.empty().dtypes), duplicates.PATH)
    manifest.FOLDER.mkdir(parents=True)
    write_json(manifest.FOLDER / "facts.json", {})


def networks(run: Run) -> None:
    """Two folds, and refits, of a tiny network with random weights, unlike each other."""
    from podium.networks.build import build, save

    for fold in (0, 1, *refit.folds_of(run.refits)):
        seed = 10 * run.seed + abs(fold)
        network = build("test_resnet", False, len(NAMES), 64, seed=seed, resize=run.resize)
        card = model.ModelCard(
            fold=fold, model="test_resnet", weights="random", classes=list(competition.read().classes),
            preprocessing=network.preprocessing, freeze="layer1" if run.shared else "none",
            parameters=0, trainable=0, images=0, copies=0,
            resolved={"network": network.options},
        )  # fmt: skip
        model.folder(fold).mkdir(parents=True)
        for weights in network.module.get_submodule(network.head).parameters():
            weights.data *= SURE
        save(network, model.folder(fold))
        model.write_card(card, model.folder(fold) / "model.json")


def probes() -> None:
    """A probe on frozen layers, its predictions made by hand from the stored pictures."""
    import torch

    from podium.features.pixels import to_tensor
    from podium.images.pixels import decode, square
    from podium.images.shards import Reader
    from podium.networks.build import build
    from podium.networks.pooled import pooled
    from podium.tasks.links import softmax

    draw = np.random.default_rng(5)
    look = probe.Look(network=PROBE, size=PROBED, resize="crop", layers=1, mirrored=True)
    one = probe.Probe(name="probe_a", look=look, link="softmax", loss=1.0)
    probe.write(probe.Chosen(size=PROBED, resize="crop", probes=[one], multiply_adds=0))
    network = build(PROBE, True, classes=2, size=PROBED, resize="crop")
    seen = pooled(network)
    assert seen is not None
    index = images.IMAGES.read(images.PATH)
    readable = index[index["length"] > 0]
    reader = Reader(Path("data"))
    stored = [
        decode(reader.read(f"images/{row.shard}", row.offset, row.length)) for row in readable.itertuples()
    ]
    batch = to_tensor(np.stack([square(p, PROBED, "crop") for p in stored]), network.preprocessing)
    with torch.inference_mode():
        both = (seen.module(batch) + seen.module(batch.flip(-1))) / 2
    vectors = both.numpy()[:, seen.part(1)]
    ids = np.array(readable["image_id"].tolist())
    split = folds.FOLDS.read(folds.PATH).set_index("image_id")["fold"]
    layers = {}
    for fold in (0, 1):
        weights, bias = (draw.normal(size=s).astype(np.float32) for s in ((WIDTH, 3), (3,)))
        layers |= {f"fold{fold}.weights": weights, f"fold{fold}.bias": bias}
        values = softmax((vectors @ weights + bias).astype(np.float64))
        for part, rows in (
            ("oof", np.isin(ids, split.index[split == fold])),
            ("test", to_predict(ids.tolist())),
        ):
            file = predictions.path(fold, part, probe.FOLDER / "probe_a")
            file.parent.mkdir(parents=True, exist_ok=True)
            predictions.write(ids[rows].tolist(), values[rows], file)
    save_file(layers, probe.FOLDER / "probe_a" / probe.CLASSIFIERS)


def to_predict(ids: Sequence[str]) -> np.ndarray:
    """(n,) whether an image is one to predict."""
    return np.array([str(name).startswith("test/") for name in ids])
