"""facts.json: what a stage says of its own work, numbers by name and sentences; one typed class a stage."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from podium.contracts.refit import RefitVote
from podium.foundation.errors import UserError
from podium.foundation.files import write_json

FILE = "facts.json"
STAGES = ("index", "clean", "split", "augmented", "pseudo", "predictions", "ensemble")
FOLDERS = tuple(Path("data") / name for name in STAGES)  # whose stages say something, in their order
MEASURED = tuple(Path("data") / name for name in ("clean", "split", "predictions"))  # numbers for the metrics
NO_VIEWS = "none"


class Facts(BaseModel):
    """What every stage may say; what else it says is its own, and stands in `said`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    sentences: list[str] = []

    @property
    def said(self) -> dict[str, Any]:
        """All but the sentences, in the order of the file where this is no stage's own class."""
        return {key: value for key, value in self if key != "sentences"}


class Augmented(Facts):
    """What training and prediction read of augment."""

    asked: bool = False  # whether the user chose which copies there are
    flip_horizontal: bool = False  # whether mirror images keep the class
    flip_vertical: bool = False
    reach: dict[str, Any] | None = None  # how far the policy's one affine map goes


class Predicted(Facts):
    """What votes, exports and scores read of predict."""

    network: str = ""
    tta_views: str = NO_VIEWS  # names joined by commas: one value in a table of metrics
    refit: RefitVote = "none"  # whether networks that learnt from every fold vote on test images
    refit_networks: int = 0  # how many

    @property
    def views(self) -> list[str]:
        """The names of the views that were kept beside the image as it is."""
        return [] if self.tta_views == NO_VIEWS else self.tta_views.split(",")


F = TypeVar("F", bound=Facts)


def write(cls: type[Facts], values: dict[str, Any], folder: Path) -> None:
    """Writes a stage's facts, keys in their order; values that its class forbids are a defect of ours."""
    try:
        cls.model_validate(values)
    except ValidationError as error:
        raise AssertionError(f"{folder / FILE}: {error}") from None
    write_json(folder / FILE, values)


def read(cls: type[F], folder: Path) -> F | None:
    """The stage's facts; None where it left none. Raises UserError where the file is broken."""
    path = folder / FILE
    try:
        return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError as error:
        first = " ".join(str(error).split())[:200]
        raise UserError(f"{path} is broken ({first}): run `dvc repro -f`.") from None
