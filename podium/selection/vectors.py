"""Vectors of images from a frozen network, through the scratch store. Imports torch."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podium.contracts.images import below_data
from podium.features.items import IDENTITY, Item, View, items_of
from podium.features.store import ROOT, features_of_views
from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.device import best_device
from podium.networks.exactness import tolerant
from podium.networks.passes import flops
from podium.networks.pooled import pooled
from podium.selection.material import Material
from podium.selection.params import Effort
from podium.selection.probing import Search

Vectors = NDArray[np.float32]
MIRROR = View(
    "mirror:horizontal", lambda images: images.flip(-1), moves=True
)  # named as embed's: one entry serves both


class Watched:
    """All images' vectors under one network and size, computed when they are asked for."""

    def __init__(self, items: Sequence[Item], network: str, size: int, root: Path = ROOT) -> None:
        self._items, self._root = items, root
        self._network = build(network, True, classes=2, size=size)
        found = pooled(self._network)
        if found is None:
            raise UserError(
                f"params.yaml: probe.networks: the code of {network} cannot be followed to its layers: "
                "name another network."
            )
        self._pooled = found

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of each pooled layer, the one before the head last."""
        return self._pooled.widths

    def columns(self, layers: int) -> slice:
        """Those of the last `layers` layers."""
        return self._pooled.part(layers)

    def vectors(self, rows: NDArray[np.int64], resize: str, mirrored: bool = False) -> Vectors:
        """(n, d) of all layers; the mean over the images and their mirror images where `mirrored`."""
        views = [IDENTITY, MIRROR] if mirrored else [IDENTITY]
        items = [self._items[row] for row in rows]
        preprocessing = self._network.preprocessing.model_copy(update={"resize": resize})
        device, module = best_device(), self._pooled.module
        found = tolerant(
            lambda: features_of_views(items, module, preprocessing, views, device=device, root=self._root),
            print,
        )
        assert found is not None
        parts = [found[view.name][:] for view in views]
        return parts[0] if len(parts) == 1 else np.mean(parts, axis=0, dtype=np.float32)

    @cached_property
    def multiply_adds(self) -> float:
        """Of one image."""
        size = self._network.preprocessing.size
        return flops(self._pooled.module, (3, size, size)) / 2


def searching(material: Material, effort: Effort) -> Search:
    """A search over real networks' vectors of these images."""
    items = items_of(below_data(material.images))
    return Search(material.case, lru_cache(lambda name, size: Watched(items, name, size)), effort)
