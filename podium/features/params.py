"""The `features` section: how much disk the frozen part's results may take."""

from typing import ClassVar

from pydantic import Field

from podium.foundation.params import Section


class FeatureParams(Section):
    """params.yaml's `features`."""

    section: ClassVar[str] = "features"
    budget_gb: float = Field(20.0, ge=0)  # 10**9 bytes; beyond it training goes from images
