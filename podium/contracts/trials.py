"""data/select/trials.json: why the folds are trained or not, in a sentence and in the trials' numbers.

It tells and decides nothing: no stage that trains reads it, so that other words or one more number in it
retrain nothing. What decides stands beside it, in chosen.json.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

PATH = Path("data/select/trials.json")
VERSION = 1
UNFINISHED = 0.5  # of the loss on images held back: a network that has as much on its own images learns on
LEARNT = 0.1  # loss on its own images at which it knows them: smoothed labels keep 0.04 of the demo's digits


class Trial(BaseModel):
    """One or two folds trained for the evidence, beside the probes on the same images."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    folds: list[int]
    size: int  # pixels: the network's input
    freeze: str  # up to where it stayed frozen
    epochs: int
    rate: float | None = None  # of learning, where it is not the rule's
    images: int  # validated
    seen: float  # loss of the trained network on images that it learnt from, as they are
    probe: float  # loss of the probes' mean, out of fold
    network: float  # of the trained network
    both: float  # of the mean of the two
    gain: float  # probe's loss less that of the better of the others
    error: float  # standard error of that difference
    averaging: float  # what averaging all folds is expected to gain, beyond what the probes gain by it

    @property
    def pays(self) -> bool:
        """Is the network, alone or beside the probes, better beyond the error, once folds are averaged?"""
        return self.gain + self.averaging > self.error

    @property
    def unfinished(self) -> bool:
        """Would more epochs teach it more than these images' own noise? Only where it pays at all."""
        return self.pays and self.seen > max(LEARNT, UNFINISHED * self.network)


class Trials(BaseModel):
    """trials.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    why: str  # one sentence: why the folds are trained, or not
    trial: Trial | None = None  # the one that decided; None where the parameters alone did
    others: list[Trial] = []  # of depths, sizes and epochs that were not taken


def write(told: Trials, path: Path = PATH) -> None:
    """Writes trials.json."""
    write_json(path, told.model_dump(mode="json"))


def read(path: Path = PATH) -> Trials:
    """Reads trials.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Trials, VERSION)
