"""data/index/competition.json: what ingest found in the download; findings.json says why."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

from podium.contracts import document
from podium.foundation.files import write_json
from podium.tasks import registry
from podium.tasks.task import Name, Task

PATH = Path("data/index/competition.json")
SAMPLE = Path("data/index/sample_submission.csv")  # the sample's text as shipped, or as we built it
VERSION = 2


class Finding(BaseModel):
    """One row of the table that ingest prints: what was looked for, what was found, why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    what: str
    found: str
    why: str = ""
    warning: bool = False


class Competition(BaseModel):
    """Everything later stages must know of the competition. Class i is column p<i> everywhere.

    Labels in tables are numbers of answers: the different labels that images were given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    name: str
    task: Name = "single"
    classes: list[str]
    answers: list[str] = []  # what a label is the number of: the images' different labels; else the classes
    metric: str  # a name in the metrics registry
    unknown: str = ""  # the class that stands for what is none of the others, where one does
    weights: list[float] = []  # what each class counts in it; empty: all alike
    form: str  # a name in the forms registry
    id_column: str
    columns: list[str]  # the submission's columns after the id
    values: list[str]  # label and integer forms: what is written for class i
    column_classes: list[int]  # probability forms: the class of each of `columns`
    endings: list[
        str
    ] = []  # what row ids add to an image's id, one for each of `columns`; empty: one row has all
    value_column: str = ""  # where each image has a row for each column: the sample's column of values
    top_k: int = 1  # labels a cell in the top_k form
    separator: str = " "  # between the labels of a cell in the sets form
    may_be_empty: bool = False  # sets form: whether an image may have no label
    sample_shipped: bool = True
    daily_limit: int | None = None
    notebooks_only: bool = False

    @model_validator(mode="before")
    @classmethod
    def _answers(cls, values: Any) -> Any:
        """Where no answers are told, each class is one."""
        told = isinstance(values, dict) and "classes" in values and not values.get("answers")
        return values | {"answers": list(values["classes"])} if told else values

    @property
    def kind(self) -> Task:
        """The task, with all that it decides."""
        return registry.load(self.task)

    @property
    def table(self) -> NDArray[np.float32]:
        """The targets (a, c) of each answer."""
        return self.kind.table(self.answers, self.classes)

    def numbers(self, answers: Iterable[str]) -> NDArray[np.int64]:
        """The label (n,) of each of these answers."""
        place = {answer: number for number, answer in enumerate(self.answers)}
        return np.array([place[answer] for answer in answers], np.int64)

    def strata(self, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, s) 0/1: what folds shall hold alike of images with these labels."""
        return self.kind.strata(self.table[labels].astype(np.float64))


def write(competition: Competition, path: Path = PATH) -> None:
    """Writes competition.json atomically."""
    write_json(path, competition.model_dump(mode="json"))


def read(path: Path = PATH) -> Competition:
    """Reads competition.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Competition, VERSION)
