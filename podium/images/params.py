"""The `image` section: how images are stored, and how the network gets them."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from podium.foundation.params import Section

Resize = Literal["squash", "crop", "pad"]  # images/pixels.py, which goes into a bundle, has it too


class Storage(BaseModel):
    """How ingest stores an image once it is decoded."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    short_side: int = Field(320, ge=16, le=4096)  # pixels; larger images are shrunk to it
    format: Literal["jpg", "png", "webp"] = "jpg"  # of images that cannot be kept as shipped
    quality: int = Field(95, ge=50, le=100)  # of jpg and webp


class Channels(BaseModel):
    """What values beyond 8 bits, a fourth band and transparent parts mean, for all images together."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    range: tuple[float, float] | Literal["auto"] = "auto"  # values that become black and white
    fourth: Literal["auto", "alpha", "band"] = "auto"
    ground: Literal["auto", "white", "black", "grey"] = "auto"  # what lies under transparent parts
    window: Literal["auto", "file", "none"] = "auto"  # of DICOM pictures: whether the file's own is applied

    @field_validator("range")
    @classmethod
    def _ordered(cls, range: tuple[float, float] | str) -> tuple[float, float] | str:
        if not isinstance(range, str) and range[0] >= range[1]:
            raise ValueError("give auto, or the value of black and a larger one of white, such as [0, 4095]")
        return range


class ImageParams(Section):
    """params.yaml's `image`."""

    section: ClassVar[str] = "image"
    storage: Storage = Storage()
    channels: Channels = Channels()
    size: int | Literal["auto"] = "auto"  # pixels, square
    resize: Resize | Literal["auto"] = "auto"

    @field_validator("size")
    @classmethod
    def _possible(cls, size: int | str) -> int | str:
        if isinstance(size, int) and not 8 <= size <= 4096:
            raise ValueError("give a number of pixels from 8 to 4096, or auto")
        return size
