"""data/look/: how frozen networks look at these images, and the probes of those that were asked at once.

The files of data/probe/ (see podium.contracts.probe), of those probes; and what a search for further voters
goes on from: begun.json, and losses.safetensors with the loss of each candidate on each image that judged it.
Where `done`, nothing further is asked, and the probes are those that vote.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.contracts.probe import Look
from podium.contracts.search import Searched
from podium.foundation.files import write_json

FOLDER = Path("data/look")
BEGUN = "begun.json"
LOSSES = "losses.safetensors"  # losses (m, n) float64
VERSION = 2


class Begun(BaseModel):
    """begun.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    done: bool
    first: Look  # the first network's: its size and crop are what `auto` becomes, and others look alike
    second: Look | None  # of the next best size
    unpaid: list[str]  # what arithmetic forbade, a sentence each
    searched: Searched


def write(begun: Begun, folder: Path = FOLDER) -> None:
    """Writes begun.json."""
    write_json(folder / BEGUN, begun.model_dump(mode="json"))


def read(folder: Path = FOLDER) -> Begun:
    """Reads begun.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(folder / BEGUN, Begun, VERSION)
