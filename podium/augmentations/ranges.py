"""The settings that most policies share: half-widths of the ranges that a copy is drawn from."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from podium.augmentations.policy import Flips
from podium.augmentations.tone import Tone
from podium.augmentations.warp import AxisShift, Border, Geometry, Warp

Degrees = Annotated[float, Field(ge=0, le=180)]
Share = Annotated[float, Field(ge=0, le=1)]  # of the side for shifts; of a factor; a probability
Slope = Annotated[float, Field(ge=0, le=60)]  # degrees
Zoom = Annotated[float, Field(ge=0, lt=1)]
Turn = Annotated[float, Field(ge=0, le=0.5)]  # of the colour circle


class Ranges(BaseModel):
    """Every range is symmetric: about 0 for angles, shifts and hue, about 1 for factors.

    A policy repeats a field with its type to give it another default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rotation: Degrees = 0.0
    shift: Share = 0.0  # each axis
    shear: Slope = 0.0
    zoom: Zoom = 0.0  # 0.1: 0.9 to 1.1, both axes alike
    brightness: Share = 0.0
    contrast: Share = 0.0
    saturation: Share = 0.0
    hue: Turn = 0.0
    grey: Share = 0.0  # probability of no colours
    border: Border = "reflect"
    fill: int = Field(0, ge=0, le=255)  # of the constant border

    def warp(self, flips: Flips) -> Warp:
        """The policy of these ranges."""
        geometry = Geometry(
            rotation=self.rotation,
            down=AxisShift(self.shift),
            right=AxisShift(self.shift),
            shear=self.shear,
            zoom=(1 - self.zoom, 1 + self.zoom),
            same_zoom=True,
            horizontal_flip=flips.horizontal,
            vertical_flip=flips.vertical,
            border=self.border,
            fill=self.fill,
        )
        tone = Tone(
            brightness=(1 - self.brightness, 1 + self.brightness),
            contrast=(1 - self.contrast, 1 + self.contrast),
            saturation=(1 - self.saturation, 1 + self.saturation),
            hue=self.hue,
            grey=self.grey,
        )
        return Warp(geometry, tone)
