"""The `pseudo_label` section: which experiment teaches, and how far it is believed."""

from typing import ClassVar, Literal

from pydantic import Field

from podium.foundation.git import Revision
from podium.foundation.params import Section


class PseudoParams(Section):
    """params.yaml's `pseudo_label`."""

    section: ClassVar[str] = "pseudo_label"
    teacher: Revision | None = None  # a full revision; none: no pseudo-labels
    images: list[Literal["test", "unlabelled"]] = ["test", "unlabelled"]
    precision: float = Field(0.95, gt=0, le=1)  # of the labels of each class, on the teacher's out-of-fold
    labels: Literal["soft", "hard"] = "soft"
    weight: float = Field(1.0, gt=0, le=1)  # of a pseudo-label in the loss; a shipped label has 1
    cap: float = Field(1.0, gt=0, le=100)  # at most so many times a class's labelled images
