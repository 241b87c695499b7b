"""The `labels` section."""

from typing import ClassVar, Literal

from pydantic import Field

from podium.foundation.git import Revision
from podium.foundation.params import Section

CleaningPolicy = Literal["report", "drop", "relabel", "weight", "auto"]


class LabelParams(Section):
    """params.yaml's `labels`."""

    section: ClassVar[str] = "labels"
    policy: CleaningPolicy = "report"
    teacher: Revision | None = None  # a full revision; none: the probe judges alone
    confidence: float = Field(0.8, ge=0.5, le=1)  # probability of the suggested label that relabel wants
    cards: int = Field(300, ge=0, le=5000)  # suspects that the review page shows
