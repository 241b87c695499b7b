"""The `pseudo_label` section: which experiment teaches, and how far it is believed."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from podium.foundation.params import Section


class PseudoParams(Section):
    """params.yaml's `pseudo_label`."""

    section: ClassVar[str] = "pseudo_label"
    teacher: str | None = None  # a full revision; none: no pseudo-labels
    images: list[Literal["test", "unlabelled"]] = ["test", "unlabelled"]
    precision: float = Field(0.95, gt=0, le=1)  # of the labels of each class, on the teacher's out-of-fold
    labels: Literal["soft", "hard"] = "soft"
    weight: float = Field(1.0, gt=0, le=1)  # of a pseudo-label in the loss; a shipped label has 1
    cap: float = Field(1.0, gt=0, le=100)  # at most so many times a class's labelled images

    @field_validator("teacher")
    @classmethod
    def _full(cls, teacher: str | None) -> str | None:
        if teacher is not None and (len(teacher) != 40 or set(teacher) - set("0123456789abcdef")):
            raise ValueError(
                "give a full revision (40 hexadecimal digits), as `dvc exp list --sha-only` says"
            )
        return teacher
