"""TrivialAugment (Müller and Hutter 2021): one of fourteen operations, at any strength. Nothing to tune."""

from pydantic import BaseModel, ConfigDict, Field

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.warp import Border


class Settings(BaseModel):
    """The allowed mirror images come before the operation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    strongest: float = Field(1.0, gt=0, le=1)  # share of the paper's widest ranges
    border: Border = "reflect"


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    from podium.augmentations import library, operations

    drawn = operations.operations(operations.TRIVIAL, 0.0, settings.strongest, settings.border)
    return library.Pipeline([*library.mirrors(flips), library.A.OneOf(drawn, p=1)])
