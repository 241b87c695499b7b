"""data/network.json: which network this project trains, and which published file its weights are.

Git keeps it, not DVC's cache: who runs the project a year later gets the same network and the same bytes, or
a sentence that says what changed.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.errors import UserError
from podium.foundation.files import write_json

PATH = Path("data/network.json")
VERSION = 1


class WeightsFile(BaseModel):
    """One published file of weights, down to its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["hub", "url"]  # a model hub's repository, or a plain address (torchvision's)
    place: str  # the repository's name, or the address
    file: str
    commit: str = ""  # of the repository; a plain address has none
    sha256: str
    size: int  # bytes
    licence: str = ""  # as timm lists it; empty: unknown

    def tag(self, name: str) -> str:
        """What a model card calls these weights: library and network, and the commit if there is one."""
        return f"{name}@{self.commit}" if self.commit else name


class NetworkChoice(BaseModel):
    """data/network.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    asked: str  # `model` in params.yaml when this was decided
    model: str  # a network's name, never auto
    pretrained: bool | str
    source: WeightsFile | None = None  # None: no published file is needed (a package's, one's own, random)
    why: str  # one sentence


def read(path: Path = PATH) -> NetworkChoice:
    """The choice. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, NetworkChoice, VERSION)


def read_for(asked: str, path: Path = PATH) -> NetworkChoice | None:
    """The choice; None where nothing was decided (a stage that is run by hand decides by device).

    Raises UserError where it was made for another network than params.yaml now asks for.
    """
    if not path.exists():
        return None
    choice = read(path)
    if choice.asked != asked:
        raise UserError(
            f"{path} was decided for model: {choice.asked}, params.yaml says {asked}: run `dvc repro`."
        )
    return choice


def write(choice: NetworkChoice, path: Path = PATH) -> None:
    """Writes data/network.json."""
    write_json(path, choice.model_dump(mode="json"))
