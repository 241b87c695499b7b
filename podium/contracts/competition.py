"""data/index/competition.json: what ingest found in the download, and why it thinks so."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

PATH = Path("data/index/competition.json")
SAMPLE = Path("data/index/sample_submission.csv")  # the sample's text as shipped, or as we built it
VERSION = 1

Form = Literal["label", "integer", "probabilities", "binary", "top_k"]


class Finding(BaseModel):
    """One row of the table that ingest prints: what was looked for, what was found, why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    what: str
    found: str
    why: str = ""
    warning: bool = False


class Competition(BaseModel):
    """Everything later stages must know of the competition. Class i is column p<i> everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    name: str
    classes: list[str]
    metric: str  # a name in the metrics registry
    form: Form
    id_column: str
    columns: list[str]  # the submission's columns after the id
    values: list[str]  # label and integer forms: what is written for class i
    column_classes: list[int]  # probability forms: the class of each of `columns`
    top_k: int = 1  # labels a cell in the top_k form
    sample_shipped: bool = True
    daily_limit: int | None = None
    notebooks_only: bool = False
    findings: list[Finding] = []


def write(competition: Competition, path: Path = PATH) -> None:
    """Writes competition.json atomically."""
    write_json(path, competition.model_dump(mode="json"))


def read(path: Path = PATH) -> Competition:
    """Reads competition.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Competition, VERSION)
