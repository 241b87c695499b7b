"""Seconds that the duplicate search takes on made-up images, and how many planted duplicates it finds.

    python -m benchmarks.duplicates [--images 100000] [--dimensions 1280] [--runs 3] [--out FILE.md]

A tenth of the images are near-duplicates of another (0 to 6 bits of the hash, cosine about 0.95), a
hundredth exact ones, and one percent of all are blank (one hash).
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import record
from podium.duplicates.find import duplicates
from podium.duplicates.params import DuplicateParams
from podium.foundation.files import write_text


def made(n: int, d: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """(images, vectors, the row that each row was copied from or its own)."""
    draw = np.random.default_rng(seed)
    hashes = draw.integers(0, 1 << 63, n, dtype=np.uint64)
    hashes[draw.choice(n, n // 100, replace=False)] = 0
    vectors = draw.standard_normal((n, d), dtype=np.float32)
    source = np.arange(n)
    pixels = np.array([f"p{row}" for row in range(n)], dtype=object)
    chosen = draw.permutation(n)
    near, exact, sources = np.split(chosen[: 2 * (n // 10 + n // 100)], [n // 10, n // 10 + n // 100])
    for copies, originals in ((near, sources[: len(near)]), (exact, sources[len(near) :])):
        source[copies] = originals
        vectors[copies] = vectors[originals]
        hashes[copies] = hashes[originals]
    vectors[near] += 0.3 * draw.standard_normal((len(near), d), dtype=np.float32)
    for _ in range(6):
        hashes[near] ^= (draw.random(len(near)) < 0.5).astype(np.uint64) << draw.integers(
            0, 63, len(near), dtype=np.uint64
        )
    pixels[exact] = pixels[source[exact]]
    ids = [f"train/{row:07d}" for row in range(n)]
    frame = pd.DataFrame({"image_id": ids, "sha256": [f"s{r}" for r in range(n)], "pixels": pixels})
    return frame.assign(phash=hashes), vectors, source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=1280)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=record.RESULTS / "duplicates.md")
    options = parser.parse_args()
    seconds, recall, extra = [], [], []
    for seed in range(options.runs):
        frame, vectors, source = made(options.images, options.dimensions, seed)
        start = time.perf_counter()
        found = duplicates(frame, vectors, DuplicateParams()).table
        seconds.append(time.perf_counter() - start)
        group = dict(zip(found["image_id"], found["group"], strict=True))
        names = frame["image_id"].to_numpy()
        copies = np.flatnonzero(source != np.arange(len(source)))
        hit = [group.get(names[r], r) == group.get(names[source[r]], -1) for r in copies]
        recall.append(float(np.mean(hit)))
        extra.append(len(found) - len(set(copies) | set(source[copies])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    told = record.about("benchmarks.duplicates", ("numpy", "scipy", "pandas"))
    text = (
        f"# Duplicate search on made-up images\n\n{record.sentence(told)}\n\n"
        f"{options.images:,} images, embeddings of {options.dimensions}, {options.runs} runs. Planted: "
        f"a tenth near-duplicates, a hundredth exact ones, a hundredth of all blank.\n\n"
        f"| seconds, median (range) | planted duplicates found, least | images grouped beyond them, most "
        f"| peak memory |\n"
        f"|---|---|---|---|\n"
        f"| {np.median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f}) | {min(recall):.2%} "
        f"| {max(extra)} | {peak:.2f} GiB |\n"
    )
    write_text(options.out, text)
    print(text)


if __name__ == "__main__":
    main()
