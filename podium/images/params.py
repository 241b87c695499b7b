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


class ImageParams(Section):
    """params.yaml's `image`."""

    section: ClassVar[str] = "image"
    storage: Storage = Storage()
    size: int | Literal["auto"] = "auto"  # pixels, square
    resize: Resize | Literal["auto"] = "auto"

    @field_validator("size")
    @classmethod
    def _possible(cls, size: int | str) -> int | str:
        if isinstance(size, int) and not 8 <= size <= 4096:
            raise ValueError("give a number of pixels from 8 to 4096, or auto")
        return size
