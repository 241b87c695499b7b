"""The `augment` section: how many copies a class gets, and how a copy differs from its source."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from podium.foundation.git import Revision
from podium.foundation.params import Section
from podium.foundation.plugins import Plugins

POLICIES = Plugins("podium.augmentations.policies")
Count = Annotated[int, Field(ge=0, strict=True)]


class HardExamples(BaseModel):
    """More copies of what an earlier experiment got wrong out-of-fold."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    teacher: Revision | None = None  # the experiment's full Git revision
    copies: int = Field(2, ge=1, le=100)  # additional ones of each wrong image
    cap: float = Field(0.25, gt=0, le=1)  # of a class's images: at most this share gets them


class AugmentParams(Section):
    """params.yaml's `augment`."""

    section: ClassVar[str] = "augment"
    policy: str = "mild"  # a file in podium/augmentations/policies
    settings: dict[str, Any] = {}  # of the policy
    per_class: Count | Literal["auto", "max"] = "auto"  # images a class, originals and copies
    exceptions: dict[str, Count] = {}  # class name -> its own per_class
    over: Literal["keep", "thin"] = "keep"  # what happens to a class above per_class
    flip: Literal["auto", "none", "horizontal", "vertical", "both"] = "auto"
    short_side: int | None = Field(None, ge=16, le=4096)  # pixels of a copy; null: its source's stored size
    format: Literal["auto", "jpg", "png", "webp"] = "auto"  # of copies
    quality: int = Field(95, ge=1, le=100)  # of jpg and webp
    hard_examples: HardExamples = HardExamples()
