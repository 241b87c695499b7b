"""A small competition, read by ingest itself, and a finished run on it with networks that learnt nothing."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
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
    rows,
)
from podium.contracts import selection as chosen
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as GIVEN
from podium.foundation.files import write_json
from stages import embed, ensemble, ingest, predict, submit
from tests.export.shipped import NAMES, Run, ship

SHORT_SIDE = 96
SURE = 20.0  # times the last layer's random weights: networks that disagree
PROBE, WIDTH, PROBED = "tf_efficientnet_lite0", 1280, 32
PARAMS = f"""
seed: 0
folds: [0, 1]
threads: 1
competition: {{path: shipped, metric: METRIC}}
image: {{storage: {{short_side: {SHORT_SIDE}}}}}
tta: {{views: VIEWS, keep: always, merge: MERGE, of: probs}}
ensemble: {{voter: VOTER, calibrate: CALIBRATE, experiments: EXPERIMENTS, rows: TOGETHER}}
leak: {{use_test_duplicates: LEAK}}
refit: {{networks: REFITS, vote: VOTE}}
"""


def finish(run: Run) -> None:
    """A finished run in the current folder, up to reports/submission.csv."""
    text = PARAMS
    for name in ("voter", "calibrate", "merge", "views", "metric", "leak", "refits", "vote", "together"):
        text = text.replace(name.upper(), str(getattr(run, name)))
    Path("params.yaml").write_text(text.replace("EXPERIMENTS", json.dumps(run.experiments)))
    ship(run)
    ingest.main()
    found = competition.read()
    if run.task != "single":
        found = found.model_copy(update={"task": run.task})
        competition.write(found)
    tables(found)
    if run.tinted:
        embed.main()
    probe.write(probe.Chosen(size=64, resize="squash", probes=[]))
    predictions.FOLDER.mkdir(parents=True)
    chosen.write(chosen.Selection(train=run.network, size=64, resize=run.resize, freeze="auto"))
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
    company = rows.read()
    group = [company.get(name, name) for name in ids]
    fold = (pd.factorize(np.array(group))[0] % 2).astype(np.int8)
    split = pd.DataFrame({"image_id": ids, "label": labels, "group": group, "fold": fold})
    folds.FOLDS.write(split, folds.PATH)
    twins = [("train/train/cat/00003.jpg", "0"), ("test/test/00003.jpg", "0")]
    known = [(image, group, "exact", 0.0) for image, group in twins if not company]
    table = duplicates.DUPLICATES
    table.write(pd.DataFrame(known, columns=table.schema.names).astype(table.empty().dtypes), duplicates.PATH)
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
    one = probe.Probe(name="probe_a", look=look, link="softmax")
    probe.write(probe.Chosen(size=PROBED, resize="crop", probes=[one]))
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
        for part, wanted in (
            ("oof", np.isin(ids, split.index[split == fold])),
            ("test", to_predict(ids.tolist())),
        ):
            file = predictions.path(fold, part, probe.FOLDER / "probe_a")
            file.parent.mkdir(parents=True, exist_ok=True)
            predictions.write(ids[wanted].tolist(), values[wanted], file)
    save_file(layers, probe.FOLDER / "probe_a" / probe.CLASSIFIERS)


def to_predict(ids: Sequence[str]) -> np.ndarray:
    """(n,) whether an image is one to predict."""
    return np.array([str(name).startswith("test/") for name in ids])
