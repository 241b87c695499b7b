"""What a copy's format and quality cost: bytes, and the accuracy of a classifier that learns from the copies.

    python -m benchmarks.copy_formats ZIP --work FOLDER [--images 600] [--size 128]

Each training image gets one copy by the default policy, the same pixels for every format. The fixed network
of the embed stage turns originals and decoded copies into vectors; per fold a linear classifier learns from
the other folds' copies alone and is judged on this fold's originals. `as drawn` is the copy before any
encoding: what no format beats but by chance. The interval is two standard errors of the difference from it.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import PCG64, Generator

from benchmarks.checkout import prepare
from podium.augmentations import registry
from podium.augmentations.policy import Flips
from podium.contracts import images, labels
from podium.copies.render import Encoder, decode
from podium.embedding.embed import NETWORK
from podium.foundation.run import derive
from podium.images.pixels import Pixels, shrink, square
from podium.images.shards import Reader
from podium.linear import probe
from podium.networks.build import build

FORMATS = [("jpg", 75), ("jpg", 85), ("jpg", 90), ("jpg", 95), ("webp", 75), ("webp", 90), ("png", 100)]
POLICY = "mild"
FOLDS = 5
BATCH = 64


def originals(place: Path, count: int, size: int) -> tuple[list[Pixels], np.ndarray]:
    """(BGR images of a short side up to `size`, their labels): `count` of them, chosen by their ids."""
    given = labels.LABELS.read(place / labels.PATH)
    table = images.IMAGES.read(place / images.PATH).merge(given, on="image_id")
    table = table[(table["subset"] == "train") & (table["length"] > 0)]
    ranked = sorted(table["image_id"], key=lambda name: derive(0, "formats", name))[:count]
    table = table[table["image_id"].isin(ranked)]
    reader = Reader(place / images.SHARDS)
    places = zip(table["shard"], table["offset"], table["length"], strict=True)
    found = [shrink(decode(reader.read(str(s), int(o), int(n))), size) for s, o, n in places]
    return found, np.unique(table["label"], return_inverse=True)[1].astype(np.int64)


def vectors(pictures: list[Pixels], size: int) -> np.ndarray:
    """(n, d) of the fixed network: its last feature maps' means."""
    network = build(NETWORK, True, classes=2, size=size, resize="squash")
    body: Any = network.module.eval()
    wants = network.preprocessing
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (wants.mean, wants.std))
    found = []
    with torch.inference_mode():
        for start in range(0, len(pictures), BATCH):
            part = [square(one, size) for one in pictures[start : start + BATCH]]
            batch = torch.from_numpy(np.stack(part)[..., ::-1].copy()).permute(0, 3, 1, 2).float() / 255
            found.append(body.forward_features((batch - mean) / std).mean(dim=(2, 3)).numpy())
    return np.concatenate(found).astype(np.float32)


def right(judged: np.ndarray, learnt: np.ndarray, known: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """(n,) whether each original is known by who learnt from the other folds' copies."""
    both = np.concatenate([judged, learnt])
    weights = np.repeat([0.0, 1.0], len(known))
    k = int(known.max()) + 1
    probs = probe.out_of_fold(both, np.tile(known, 2), np.tile(folds, 2), k, weights)
    return np.asarray(probs[: len(known)].argmax(axis=1) == known)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    parser.add_argument("--images", type=int, default=600)
    parser.add_argument("--size", type=int, default=128, help="pixels: the short side of a copy")
    given = parser.parse_args()
    pictures, known = originals(prepare(given.archive, given.work, ("ingest",)), given.images, given.size)
    folds = (np.random.default_rng(0).permutation(len(known)) % FOLDS).astype(np.int8)
    policy = registry.build(POLICY, {}, Flips(), pictures[:1])
    drawn = [
        next(policy(picture, iter([Generator(PCG64(derive(0, "format", row)))])))
        for row, picture in enumerate(pictures)
    ]
    judged = vectors(pictures, given.size)
    before = right(judged, vectors(drawn, given.size), known, folds)
    print(f"{given.archive.stem}: {len(known)} images, {known.max() + 1} classes, {given.size} pixels")
    print(f"{'as drawn':12s} {'':8s}       {before.mean():.1%}")
    for suffix, quality in FORMATS:
        encoded = [Encoder(suffix, quality).encode(copy) for copy in drawn]
        after = right(judged, vectors([decode(data) for data in encoded], given.size), known, folds)
        change = after.astype(float) - before
        error = 2 * change.std() / len(known) ** 0.5
        size = sum(map(len, encoded)) / len(encoded)
        compared = f"{change.mean():+.1%} ± {error:.1%}"
        print(f"{suffix:5s}{quality:7d} {size:8,.0f} bytes {after.mean():.1%}   {compared}", flush=True)


if __name__ == "__main__":
    main()
