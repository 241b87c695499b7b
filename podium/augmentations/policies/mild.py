"""The default: what a photographer might have done otherwise, nothing that changes what is seen."""

from pydantic import BaseModel, ConfigDict, Field

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.warp import Border, Geometry, Tone, Warp


class Settings(BaseModel):
    """Half-widths of the ranges that a copy is drawn from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rotation: float = Field(12.0, ge=0, le=180)  # degrees
    shift: float = Field(0.06, ge=0, le=0.5)  # share of the side
    zoom: float = Field(0.1, ge=0, lt=1)
    brightness: float = Field(0.15, ge=0, lt=1)
    contrast: float = Field(0.15, ge=0, lt=1)
    border: Border = "reflect"


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    geometry = Geometry(
        rotation=settings.rotation,
        height_shift=settings.shift,
        width_shift=settings.shift,
        zoom=(1 - settings.zoom, 1 + settings.zoom),
        same_zoom=True,
        horizontal_flip=flips.horizontal,
        vertical_flip=flips.vertical,
        border=settings.border,
    )
    brightness = (1 - settings.brightness, 1 + settings.brightness)
    contrast = (1 - settings.contrast, 1 + settings.contrast)
    return Warp(geometry, Tone(brightness, contrast))
