"""RandAugment (Cubuk et al. 2019): some of fourteen operations, all at one strength."""

from pydantic import BaseModel, ConfigDict, Field

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.warp import Border


class Settings(BaseModel):
    """N and M of the paper; the allowed mirror images come before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    operations: int = Field(2, ge=1, le=14)  # a copy
    magnitude: float = Field(9.0, ge=0, le=30)  # 30 is the strongest
    border: Border = "reflect"


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    from podium.augmentations import library, operations

    strength = settings.magnitude / 30
    drawn = operations.operations(operations.RANDAUGMENT, strength, strength, settings.border)
    chosen = library.A.SomeOf(drawn, n=settings.operations, replace=True, p=1)
    return library.Pipeline([*library.mirrors(flips), chosen])
