"""`competition.limits`: what a download may cost."""

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """What a download may cost before it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    total_gb: float = Field(500.0, gt=0)  # GB, unpacked, nested zips included
    ratio: float = Field(200.0, gt=1)  # unpacked to packed size, of members above 10 MB
    files: int = Field(3_000_000, ge=1)
    megapixels: float = Field(200.0, gt=0)  # of one image, read from its header before it is decoded
