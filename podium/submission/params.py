"""The `submit` section of params.yaml."""

from typing import ClassVar

from pydantic import Field

from podium.foundation.params import Section


class SubmitParams(Section):
    """How the submission's values are written."""

    section: ClassVar[str] = "submit"
    digits: int = Field(8, ge=2, le=12)  # decimals of a probability; a row's sum survives the rounding
