"""The `embed` section. Imports no torch."""

from typing import ClassVar, Literal

from pydantic import field_validator

from podium.foundation.params import Section
from podium.images.params import Resize
from podium.images.sizes import STEP


class EmbedParams(Section):
    """params.yaml's `embed`."""

    section: ClassVar[str] = "embed"
    size: int | Literal["auto"] = "auto"  # pixels, square
    resize: Resize = "squash"

    @field_validator("size")
    @classmethod
    def _enough(cls, size: int | str) -> int | str:
        if isinstance(size, int) and not STEP <= size <= 1024:
            raise ValueError(f"give auto, or {STEP} to 1024 pixels")
        return size
