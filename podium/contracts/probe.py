"""data/probe/: the linear probes that vote, and what they chose; why stands in data/search.json beside it.

chosen.json, and a folder for each probe: its predictions in the form of a network's
(fold<k>_{oof,test}.parquet), its classifiers (probe.safetensors: fold<k>.weights (d, c), fold<k>.bias (c,)).
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

FOLDER = Path("data/probe")
CHOSEN = "chosen.json"
CLASSIFIERS = "probe.safetensors"
VERSION = 2


class Look(BaseModel):
    """How a frozen network looks at an image; together with its weights, what makes a vector of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    network: str
    size: int  # pixels, square
    resize: str  # squash, crop or pad
    layers: int  # how many of the last pooled stages, the head's input included
    mirrored: bool = False  # vectors are the mean over the image and its horizontal mirror image


class Probe(BaseModel):
    """A linear classifier on a frozen network that votes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str  # its folder
    look: Look
    link: str  # softmax, sigmoid or identity: from logits to predictions


class Chosen(BaseModel):
    """chosen.json: what decides, and nothing that only tells, because training depends on this file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    size: int  # pixels: what image.size: auto becomes
    resize: str  # what image.resize: auto becomes
    probes: list[Probe]  # the first is the best alone


def write(chosen: Chosen, folder: Path = FOLDER) -> None:
    """Writes chosen.json."""
    write_json(folder / CHOSEN, chosen.model_dump(mode="json"))


def read(folder: Path = FOLDER) -> Chosen:
    """Reads chosen.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(folder / CHOSEN, Chosen, VERSION)
