"""A linear probe as networks: the frozen layers, pooled, which folds share, and each fold's classifier."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

from podium.contracts import probe
from podium.export.graphs import SharedTrunk
from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.pooled import Pooled, pooled


class PooledVectors(nn.Module):
    """Images (n, 3, size, size) to the last pooled layers (n, d), mirror images' mean if so learnt."""

    def __init__(self, seen: Pooled, layers: int, mirrored: bool) -> None:
        super().__init__()
        self.frozen, self.columns, self.mirrored = seen.module, seen.part(layers), mirrored

    def forward(self, images: Tensor) -> Tensor:
        """The vectors that the classifiers learnt from."""
        vectors: Tensor = self.frozen(images)
        if self.mirrored:
            vectors = (vectors + self.frozen(images.flip(-1))) / 2
        return vectors[:, self.columns]


class LinearClassifier(nn.Module):
    """Vectors (n, d) to logits (n, c)."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("weights", torch.from_numpy(weights))
        self.register_buffer("bias", torch.from_numpy(bias))

    def forward(self, vectors: Tensor) -> Tensor:
        """The linear map."""
        return vectors @ self.get_buffer("weights") + self.get_buffer("bias")


def load(name: str, folds: Sequence[int], folder: Path = probe.FOLDER) -> SharedTrunk:
    """The folds' probe of that name. Raises UserError where it is not there."""
    found = next((one for one in probe.read(folder).probes if one.name == name), None)
    if found is None:
        raise UserError(f"{folder / probe.CHOSEN} knows no probe {name}: run `dvc repro`, then export.")
    look = found.look
    network = build(look.network, True, classes=2, size=look.size, resize=look.resize)
    seen = pooled(network)
    assert seen is not None, "it was probed"
    layers = load_file(folder / name / probe.CLASSIFIERS)
    tails = [LinearClassifier(layers[f"fold{fold}.weights"], layers[f"fold{fold}.bias"]) for fold in folds]
    trunk = PooledVectors(seen, look.layers, look.mirrored)
    trunk.to(memory_format=torch.channels_last)
    return SharedTrunk(trunk.eval(), tails, network.preprocessing, found.link)  # type: ignore[arg-type]
