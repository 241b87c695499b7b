"""What params.yaml says of copies, made ready to render and named by one digest."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from podium.augmentations import registry
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.copies.render import Encoder, Renderer, decode
from podium.foundation.files import digest
from podium.images.pixels import Pixels
from podium.images.shards import Reader

VERSION = 1  # raise it when the same params must give other pixels: finished copies are keyed by it


def renderer(params: AugmentParams, flips: Flips, seed: int, extremes: list[Pixels]) -> Renderer:
    """The renderer. extremes: the smallest and largest sources (BGR), which the policy must be able to take.

    Raises UserError for a policy or a setting that cannot work.
    """
    encoder = Encoder(params.format, params.quality, params.short_side)
    sources = [encoder.shrunk(pixels) for pixels in extremes]
    policy = registry.build(params.policy, params.settings, flips, sources)
    parts = {
        "version": VERSION,
        "opencv": cv2.__version__,
        "policy": params.policy,
        "settings": registry.settings(params.policy, params.settings).model_dump(mode="json"),
        "flips": [flips.horizontal, flips.vertical],
        "encoder": [params.format, params.quality, params.short_side],
    }
    return Renderer(policy, digest([parts, seed])[:32], encoder, seed)


def extremes(images: pd.DataFrame, rows: pd.DataFrame, data: Path) -> list[Pixels]:
    """The training images (BGR) of least width, least height and most pixels, each once.

    images: of that contract; rows: the manifest's originals, whose places are below `data`.
    """
    trained = rows.loc[rows["trains"], ["image_id", "shard", "offset", "length"]]
    sizes = trained.merge(images[["image_id", "width", "height"]], on="image_id")
    if sizes.empty:
        return []
    width, height = sizes["width"].to_numpy(np.int64), sizes["height"].to_numpy(np.int64)
    chosen = {int(width.argmin()), int(height.argmin()), int((width * height).argmax())}
    reader = Reader(data)
    places = sizes[["shard", "offset", "length"]].iloc[sorted(chosen)].itertuples(index=False)
    return [decode(reader.read(str(shard), int(at), int(length))) for shard, at, length in places]
