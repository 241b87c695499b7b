"""data/search.json: what the search for the probes looked at, in sentences and in a row a candidate.

It tells and decides nothing: it lies beside data/probe, on which select depends, so that other words or one
more number in it retrain nothing. What decides stands in data/probe/chosen.json.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.contracts.probe import Look
from podium.foundation.files import write_json

PATH = Path("data/search.json")
VERSION = 1


class Evaluated(BaseModel):
    """A look whose probe was judged out of fold."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step: str  # of the search
    look: Look
    images: int  # judged
    loss: float  # mean over them
    gain: float | None  # against the best of its step so far; None for the first
    error: float | None  # standard error of the gain
    giga_multiply_adds: float  # of one image


class Optimism(BaseModel):
    """What the best of some candidates gains in looks where the images that chose it judge it too."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    candidates: int
    loss: float  # of the best, on the images that chose it
    honest: float  # each fold's images judge what the other folds' images choose

    @property
    def share(self) -> float:
        """Of the honest loss: by how much the choice flatters it; never below 0."""
        return max(0.0, self.honest - self.loss) / max(self.honest, 1e-12)


class Searched(BaseModel):
    """search.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    sentences: list[str] = []  # what was chosen, what it rests on, what was not tried
    candidates: list[Evaluated] = []  # in the order tried
    multiply_adds: float  # spent on passes of all images
    optimism: Optimism | None = None  # of choosing among the candidates


def write(searched: Searched, path: Path = PATH) -> None:
    """Writes search.json."""
    write_json(path, searched.model_dump(mode="json"))


def read(path: Path = PATH) -> Searched:
    """Reads search.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Searched, VERSION)
