"""Originals and copies side by side, and class counts before and after, for the report."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from podium.foundation.run import derive
from podium.images.pixels import Pixels, decode
from podium.images.shards import Reader

GAP = 4  # pixels between tiles, white
SOURCES = 3  # rows of a sheet
COPIES = 6  # columns after the original


def contact_sheet(
    manifest: pd.DataFrame, label: int, tile: int = 96, sources: int = SOURCES, copies: int = COPIES,
    data: Path = Path("data"),
) -> Pixels | None:  # fmt: skip
    """One class: a row a source, the original first, then its copies; None where the class has no copy.

    manifest: that contract's table. Sources with most copies come first, then by a hash of their ids; tiles
    are squares of `tile` pixels, letterboxed in white.
    """
    rows = manifest[manifest["label"] == label]
    counts = rows[rows["copy"] > 0].groupby("source_id").size()
    if counts.empty:
        return None
    chosen = sorted(counts.index, key=lambda name: (-counts[name], derive(0, "sheet", name)))[:sources]
    wide = min(copies, int(counts[chosen[0]]))
    reader = Reader(data)
    strips = []
    for name in chosen:
        mine = rows[(rows["source_id"] == name) & (rows["copy"] <= wide)].sort_values("copy")
        places = mine[["shard", "offset", "length"]].itertuples(index=False)
        tiles = [_tile(decode(reader.read(str(s), int(o), int(n))), tile) for s, o, n in places]
        tiles += [np.full((tile, tile, 3), 255, np.uint8)] * (wide + 1 - len(tiles))
        strips.append(_joined(tiles, axis=1))
    return _joined(strips, axis=0)


def counts(manifest: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """A row a class: label, class, originals (that train), held_out, dropped, copies, total, a_fold.

    total: what per_class speaks of, over the whole training set; a_fold: the mean over folds of what a model
    sees, the rest having been left to validate it.
    """
    original = manifest["copy"] == 0
    held = manifest["fold"] == -1
    trains = ~held & (manifest["weight"] > 0)
    folds = sorted(int(fold) for fold in manifest["fold"].unique() if fold >= 0)
    rows = []
    for label, name in enumerate(classes):
        mine = manifest["label"] == label
        total = int((mine & trains).sum())
        seen = [int((mine & trains & (manifest["fold"] != fold)).sum()) for fold in folds]
        rows.append(
            {
                "label": label,
                "class": name,
                "originals": int((mine & trains & original).sum()),
                "held_out": int((mine & held & original).sum()),
                "dropped": int((mine & ~held & original & ~trains).sum()),
                "copies": int((mine & trains & ~original).sum()),
                "total": total,
                "a_fold": round(float(np.mean(seen)), 1) if seen else float(total),
            }
        )
    return pd.DataFrame(rows)


def _tile(pixels: Pixels, size: int) -> Pixels:
    """The whole image in a white square."""
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = cv2.resize(pixels, inner, interpolation=how)
    tile = np.full((size, size, 3), 255, np.uint8)
    top, left = (size - inner[1]) // 2, (size - inner[0]) // 2
    tile[top : top + inner[1], left : left + inner[0]] = small
    return tile


def _joined(parts: list[Pixels], axis: int) -> Pixels:
    shape = list(parts[0].shape)
    shape[axis] = GAP
    gap = np.full(shape, 255, np.uint8)
    spaced = [piece for part in parts for piece in (part, gap)][:-1]
    return np.concatenate(spaced, axis=axis)
