"""Where the networks looked when they were wrong: activation maps over the pictures."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from podium.contracts import model
from podium.contracts.model import Preprocessing
from podium.images.pixels import Pixels, decode, square
from podium.images.shards import Reader
from podium.report.evidence import Evidence
from podium.report.thumbs import SIDE, data_uri

STRENGTH = 0.5  # of the map's colours over the picture's


def maps(run: Evidence, rows: list[int]) -> dict[int, str]:
    """Row -> picture (a data URI) of what spoke for the predicted class, to the network of the row's fold.

    Rows whose network is not here (an earlier experiment's vote, a head without a network) are left out.
    """
    found: dict[int, str] = {}
    for fold in sorted({int(run.fold_of[row]) for row in rows}):
        folder = model.folder(fold)
        if (folder / "model.safetensors").exists():
            found |= _of_fold(run, [row for row in rows if run.fold_of[row] == fold], folder)
    return found


def _of_fold(run: Evidence, rows: list[int], folder: Path) -> dict[int, str]:
    import torch

    from podium.copies import activation
    from podium.features.pixels import to_tensor
    from podium.networks.build import load

    network, card = load(folder)
    squares = [_square(run.images.loc[run.ids[row]], card.preprocessing) for row in rows]
    chosen = torch.tensor([int(run.oof[row].argmax()) for row in rows])
    strengths = activation.maps(network.module, to_tensor(np.stack(squares), card.preprocessing), chosen)
    return {
        row: data_uri(_over(picture, strength), SIDE)
        for row, picture, strength in zip(rows, squares, strengths, strict=True)
    }


def _square(row: Any, made: Preprocessing) -> Pixels:
    image = decode(
        Reader(Path("data")).read(f"images/{row['shard']}", int(row["offset"]), int(row["length"]))
    )
    return square(image, made.size, made.resize, made.interpolation)  # type: ignore[arg-type]


def _over(picture: Pixels, strength: np.ndarray) -> Pixels:
    """The map's strongest place red, its weakest blue, over the picture."""
    side = max(SIDE, picture.shape[0])
    large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
    scaled = (strength / (strength.max() or 1.0) * 255).astype(np.uint8)
    heat = cv2.applyColorMap(
        cv2.resize(scaled, (side, side), interpolation=cv2.INTER_LINEAR), cv2.COLORMAP_JET
    )
    mixed = (1 - STRENGTH) * large + STRENGTH * cv2.cvtColor(heat, cv2.COLOR_BGR2RGB)
    return np.asarray(mixed.round().astype(np.uint8))
