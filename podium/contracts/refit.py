"""data/refit/: refit.json, how many networks learnt from every fold, and network<i>/, a model folder each."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from podium.contracts import document, fold_numbers
from podium.contracts.model import REFITS
from podium.foundation.files import write_json

FOLDER = REFITS
FILE = "refit.json"
VERSION = 1
RefitVote = Literal["instead", "beside", "none"]


class Refit(BaseModel):
    """refit.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    networks: int
    why: str  # one sentence: what they learnt from, or why there are none

    @property
    def folds(self) -> list[int]:
        """What stands for a fold in each network's card."""
        return folds_of(self.networks)


def write(found: Refit, folder: Path = FOLDER) -> None:
    """Writes refit.json."""
    write_json(folder / FILE, found.model_dump(mode="json"))


def read(folder: Path = FOLDER) -> Refit:
    """Reads refit.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(folder / FILE, Refit, VERSION)


def folds_of(networks: int) -> list[int]:
    """What stands for a fold in each of so many networks' cards."""
    return [fold_numbers.refit(number) for number in range(networks)]


def share(vote: RefitVote, trained: int, networks: int) -> float:
    """[0, 1]: the refits' part of a test prediction beside `trained` folds; every network weighs the same."""
    return {"instead": 1.0, "beside": networks / (trained + networks), "none": 0.0}[vote]


def told(facts: dict[str, Any], vote: RefitVote, found: Refit) -> dict[str, Any]:
    """What predict says, and of refits whether they vote; the same facts where there are none."""
    if not found.networks:
        return facts
    more = {"refit": vote, "refit_networks": found.networks}
    return facts | more | {"sentences": [*facts["sentences"], sentence(vote, found.networks)]}


def sentence(vote: RefitVote, networks: int) -> str:
    """What the refits do on test images, and what no score says of them."""
    who = "1 network that learnt" if networks == 1 else f"{networks} networks that learnt"
    does = {
        "instead": "stands for the folds' networks" if networks == 1 else "stand for the folds' networks",
        "beside": "votes beside the folds'" if networks == 1 else "vote beside the folds'",
        "none": "is kept and does not vote" if networks == 1 else "are kept and do not vote",
    }[vote]
    return (
        f"refit: on test images {who} from all labelled images {does}. The score is the folds': no image is "
        "left that could tell the refit's."
    )
