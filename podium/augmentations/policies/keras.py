"""ImageDataGenerator's affine map, with its names and its meaning of each number.

Flips follow `augment.flip`. Verified against keras-preprocessing 1.1.2 (tests/augmentations/test_keras.py).
Two quirks of that package are left out: brightness there first stretches an image to its full range, and its
wrapped border repeats after a side less one pixel.
"""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from podium.augmentations.policy import Flips, Policy
from podium.augmentations.tone import Tone
from podium.augmentations.warp import KERAS_PIVOT, AxisShift, Border, Geometry, Warp


class Settings(BaseModel):
    """By default a published system's: it took twenty classes to 3,500 images each."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rotation_range: float = Field(15.0, ge=0, le=180)  # degrees, both ways
    # below 1: share of the width; else pixels; a whole number n: 0 to n - 1 of them; list: values to pick
    width_shift_range: int | float | list[float] = 0.1
    height_shift_range: int | float | list[float] = 0.1
    shear_range: float = Field(0.1, ge=0, le=60)  # degrees, both ways
    zoom_range: float | tuple[float, float] = (1.0, 1.2)  # z: 1 - z to 1 + z; each axis draws its own
    channel_shift_range: float = Field(0.0, ge=0, le=255)  # levels, both ways
    brightness_range: tuple[float, float] | None = None  # factors
    fill_mode: Border = "wrap"
    cval: int = Field(0, ge=0, le=255)  # of fill_mode constant

    @field_validator("zoom_range")
    @classmethod
    def _zoom(cls, value: float | tuple[float, float]) -> float | tuple[float, float]:
        low, high = _limits(value)
        if not 0 < low <= high:
            raise ValueError("give z in [0, 1), or two factors above 0, the smaller first")
        return value

    @field_validator("brightness_range")
    @classmethod
    def _brightness(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not 0 <= value[0] <= value[1]:
            raise ValueError("give two factors from 0 on, the smaller first")
        return value

    @field_validator("width_shift_range", "height_shift_range")
    @classmethod
    def _shift(cls, value: int | float | list[float]) -> int | float | list[float]:
        if min(value if isinstance(value, list) else [value], default=-1) < 0:
            raise ValueError("give a number from 0 on, or a list of them")
        return value


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy."""
    geometry = Geometry(
        rotation=settings.rotation_range,
        down=_shift(settings.height_shift_range),
        right=_shift(settings.width_shift_range),
        shear=settings.shear_range,
        zoom=_limits(settings.zoom_range),
        horizontal_flip=flips.horizontal,
        vertical_flip=flips.vertical,
        border=settings.fill_mode,
        fill=settings.cval,
        pivot=KERAS_PIVOT,
    )
    brightness = settings.brightness_range or (1.0, 1.0)
    return Warp(geometry, Tone(brightness=brightness, shift=settings.channel_shift_range, within=True))


def _limits(zoom: float | tuple[float, float]) -> tuple[float, float]:
    return zoom if isinstance(zoom, tuple) else (1 - zoom, 1 + zoom)


def _shift(value: int | float | list[float]) -> AxisShift:
    """Keras' meaning of a list's largest and a float: below 1 shares of the side, from 1 on pixels.

    A whole number n means one of 0 to n - 1 pixels, either way.
    """
    choices = tuple(float(n) for n in range(value)) if isinstance(value, int) else ()
    if isinstance(value, list):
        choices = tuple(value)
    limit = max(choices, default=0.0) if isinstance(value, list) else float(value)
    return AxisShift(0.0 if choices or not value else limit, choices, of_side=limit < 1)
