"""data/select/chosen.json: whether the folds are trained, how large their input is, and the evidence."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

PATH = Path("data/select/chosen.json")
VERSION = 3


class Trial(BaseModel):
    """One or two folds trained for the evidence, beside the probes on the same images."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    folds: list[int]
    size: int  # pixels: the network's input
    freeze: str  # up to where it stayed frozen
    epochs: int
    images: int  # validated
    seen: float  # loss of the trained network on images that it learnt from, as they are
    probe: float  # loss of the probes' mean, out of fold
    network: float  # of the trained network
    both: float  # of the mean of the two
    gain: float  # probe's loss less the lower of the others'
    error: float  # standard error of that difference
    averaging: float  # what averaging the folds' networks is expected to gain beside


class Selection(BaseModel):
    """chosen.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    train: bool
    size: int  # pixels: the network's input
    resize: str
    freeze: str  # as params.yaml has it, or what auto became by a trial
    epochs: int | None = None  # that a trial found to pay; None: what params.yaml and the rule say
    why: str  # one sentence: why the folds are trained, or not
    trial: Trial | None = None
    others: list[Trial] = []  # of depths, sizes and epochs that did worse


def write(chosen: Selection, path: Path = PATH) -> None:
    """Writes chosen.json."""
    write_json(path, chosen.model_dump(mode="json"))


def read(path: Path = PATH) -> Selection:
    """Reads chosen.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Selection, VERSION)
