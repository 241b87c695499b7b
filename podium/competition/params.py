"""The `competition` section: where the download lies, and what overrides the detection."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, PositiveFloat, field_validator

from podium.download.params import Limits
from podium.forms.registry import FORMS
from podium.foundation.params import Section

if TYPE_CHECKING:
    Form = str
else:
    Form = Literal[*FORMS.names()]


class CompetitionParams(Section):
    """params.yaml's `competition`. What is left out is detected; files are paths inside the download."""

    section: ClassVar[str] = "competition"
    path: str = "data/demo/demo.zip"
    train: str | None = None  # folder, or a table or list of images
    test: str | None = None
    validation: str | None = None
    unlabelled: str | None = None  # folder of images without labels
    labels: str | None = None  # a table's path, `folders` or `names`
    id_column: str | None = None
    label_column: str | None = None
    group_column: str | None = None
    encoding: str | None = None  # of tables and file names that are no UTF-8
    links: Literal["inside", "follow"] = "inside"  # symbolic links that lead out of the folder
    class_level: int | None = Field(None, ge=1)  # which folder below train/ is the class; 1 is the outermost
    classes: dict[str, list[str]] = {}  # labels (folders, cells) that are one class together
    sample: str | None = None
    form: Form | None = None
    metric: str | None = None
    task: Literal["single", "multi"] | None = None  # one label an image, or any number of them
    unknown: str | None = None  # the class that stands for what is none of the others: new_whale
    weights: dict[str, PositiveFloat] = {}  # class, label or number -> what it counts in the metric
    on_missing: Literal["few", "fail", "skip"] = "few"  # labelled images that are not there, empty labels
    on_unreadable: Literal["report", "fail"] = "report"
    limits: Limits = Limits()

    @field_validator("weights", mode="before")
    @classmethod
    def _names(cls, weights: Any) -> Any:
        """Names of classes are words, also those that YAML reads as numbers."""
        if not isinstance(weights, dict):
            return weights
        return {str(name): weight for name, weight in weights.items()}

    @field_validator("classes", mode="before")
    @classmethod
    def _words(cls, classes: Any) -> Any:
        """Labels are words, also those that YAML reads as numbers."""
        if not isinstance(classes, dict):
            return classes
        return {
            str(name): [str(label) for label in labels] if isinstance(labels, list) else labels
            for name, labels in classes.items()
        }
