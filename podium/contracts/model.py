"""models/fold<k>/: model.safetensors (the whole network), model.json (how it was made), history.csv,
batch.jpg (the first batch as the network saw it).

A fold that this run does not train (data/select/chosen.json or the split says so) holds `skipped.json` alone.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.contracts.fold_numbers import FIRST_REFIT, is_refit
from podium.foundation.files import write_json

FOLDER = Path("models")
REFITS = Path("data/refit")  # network<i>/: the same files, of a network that learnt from every fold
PICTURE = "batch.jpg"
VERSION = 2


class Preprocessing(BaseModel):
    """How a network wants its images; the same in training, prediction and export."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    size: int  # pixels, square
    mean: tuple[float, float, float]  # of RGB in [0, 1]
    std: tuple[float, float, float]
    interpolation: str = "bicubic"
    resize: str = "squash"  # squash, crop or pad: how an image becomes a square


class ModelCard(BaseModel):
    """model.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    fold: int
    model: str
    weights: str  # where the pretrained weights came from: a tag, `random`, or a file's sha256
    classes: list[str]
    task: str = "single"
    preprocessing: Preprocessing
    freeze: str  # the resolved cut: what was not trained
    parameters: int
    trainable: int
    images: int  # originals trained on
    copies: int
    resolved: dict[str, Any] = {}  # every value that `auto` became
    notes: list[str] = []  # sentences a reader of the score must know


def folder(fold: int) -> Path:
    """Where a fold's model lies, or a refit's (fold_numbers.refit)."""
    return REFITS / f"network{FIRST_REFIT - fold}" if is_refit(fold) else FOLDER / f"fold{fold}"


def write_card(card: ModelCard, path: Path) -> None:
    """Writes model.json."""
    write_json(path, card.model_dump(mode="json"))


def read_card(path: Path) -> ModelCard:
    """Reads model.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, ModelCard, VERSION)
