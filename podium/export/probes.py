"""A linear probe as a network: the frozen layers, pooled, and the fold's classifier."""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

from podium.contracts import probe
from podium.contracts.model import Preprocessing
from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.pooled import Pooled, pooled


class ProbeNetwork(nn.Module):
    """Images (n, 3, size, size) to logits (n, k)."""

    def __init__(
        self, seen: Pooled, layers: int, mirrored: bool, weights: np.ndarray, bias: np.ndarray
    ) -> None:
        super().__init__()
        self.frozen, self.columns, self.mirrored = seen.module, seen.part(layers), mirrored
        self.register_buffer("weights", torch.from_numpy(weights))
        self.register_buffer("bias", torch.from_numpy(bias))

    def forward(self, images: Tensor) -> Tensor:
        """The classifier on the last pooled layers, the mean over mirror images where it learnt so."""
        vectors = self.frozen(images)
        if self.mirrored:
            vectors = (vectors + self.frozen(images.flip(-1))) / 2
        logits: Tensor = vectors[:, self.columns] @ self.get_buffer("weights") + self.get_buffer("bias")
        return logits


def load(name: str, fold: int, folder: Path = probe.FOLDER) -> tuple[ProbeNetwork, Preprocessing]:
    """The fold's probe of that name, and how it wants its images. Raises UserError where it is not there."""
    found = next((one for one in probe.read(folder).probes if one.name == name), None)
    if found is None:
        raise UserError(f"{folder / probe.CHOSEN} knows no probe {name}: run `dvc repro`, then export.")
    look = found.look
    network = build(look.network, True, classes=2, size=look.size, resize=look.resize)
    seen = pooled(network)
    assert seen is not None, "it was probed"
    layers = load_file(folder / name / probe.CLASSIFIERS)
    weights, bias = layers[f"fold{fold}.weights"], layers[f"fold{fold}.bias"]
    return ProbeNetwork(seen, look.layers, look.mirrored, weights, bias), network.preprocessing
