"""What votes beside networks, as a bundle holds it: the fixed network and who judges by its vectors."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.embedding.embed import NETWORK, input_size
from podium.embedding.params import EmbedParams
from podium.export import engines, graphs
from podium.export.card import BundleMember
from podium.features.pixels import Normalise
from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.pooled import pooled
from podium.vote import neighbours
from podium.vote.judges import Alike
from podium.vote.recipe import Recipe
from podium.vote.stacked import Stacked

ALIKE, STACKED = "alike.npz", "columns.npz"
MOST = 2_000_000_000  # bytes of vectors that a bundle may hold: a tenth of what a data set at Kaggle may


class FixedNetwork(nn.Module):
    """uint8 RGB squares (b, side, side, 3) to the fixed network's vectors (b, d), as embed has them."""

    def __init__(self, size: int, resize: str) -> None:
        super().__init__()
        network = build(NETWORK, True, classes=2, size=size, resize=resize)
        seen = pooled(network)
        assert seen is not None, "it was embedded"
        self.how = network.preprocessing
        self.normalise, self.frozen, self.columns = Normalise(self.how), seen.module, seen.part(1)

    def forward(self, pixels: Tensor) -> Tensor:
        vectors: Tensor = self.frozen(self.normalise(pixels.permute(0, 3, 1, 2)))
        return vectors[:, self.columns]


def refuse_large(recipe: Recipe) -> None:
    """Raises UserError for more vectors than a bundle may hold."""
    size = recipe.neighbours.vectors.nbytes if recipe.neighbours is not None else 0
    if size > MOST:
        raise UserError(
            f"the look-alikes' vote needs {size / 1e9:.1f} GB of vectors, more than the {MOST / 1e9:.0f} GB "
            f"that a bundle may hold: set ensemble.{neighbours.NAME}: none, run `dvc repro`, then export."
        )


def write_columns(member: Stacked, folder: Path) -> dict[str, Any]:
    """Writes the models; the card's fields, but for who tells the columns."""
    _write(member.arrays, folder / STACKED)
    return {"columns": member.encoding.said, "stacked": STACKED}


def write_alike(judges: Alike, folder: Path) -> dict[str, Any]:
    """Writes the vectors; the card's fields."""
    _write(judges.arrays, folder / ALIKE)
    return {"alike": ALIKE}


def write_look(embed: EmbedParams, short_side: float, folder: Path, engine: str) -> BundleMember:
    """Writes the fixed network. short_side: the images' median, pixels."""
    look = FixedNetwork(input_size(embed.size, short_side), embed.resize).to(
        memory_format=torch.channels_last
    )
    name = f"look{engines.SUFFIXES[engine]}"
    graphs.write(look, graphs.squares([look.how.size]), folder / name)
    return BundleMember(NETWORK, [name], [look.how.size], look.how.resize, look.how.interpolation)


def _write(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
