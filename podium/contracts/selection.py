"""data/select/chosen.json: whether the folds are trained, and how; why stands in trials.json beside it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

PATH = Path("data/select/chosen.json")
VERSION = 5
SPARED = "the linear probes vote alone (select says why)"  # of what is not trained


class Selection(BaseModel):
    """chosen.json: what decides, and nothing that only tells, because training depends on this file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    train: bool
    size: int  # pixels: the network's input
    resize: str
    freeze: str  # as params.yaml has it, or what auto became by a trial
    epochs: int | None = None  # that a trial found to pay; None: what params.yaml and the rule say
    rate: float | None = None  # the learning rate, likewise


def write(chosen: Selection, path: Path = PATH) -> None:
    """Writes chosen.json."""
    write_json(path, chosen.model_dump(mode="json"))


def read(path: Path = PATH) -> Selection:
    """Reads chosen.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Selection, VERSION)
