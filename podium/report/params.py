"""The `report` section."""

from typing import ClassVar

from pydantic import Field

from podium.foundation.params import Section


class ReportParams(Section):
    """params.yaml's `report`."""

    section: ClassVar[str] = "report"
    worst: int = Field(24, ge=0, le=500)  # pictures of the most confident mistakes
    tests: int = Field(24, ge=0, le=500)  # pictures of test images with their predictions
    copies: int = Field(5, ge=0, le=20)  # copies shown beside an original, two originals a class
    duplicates: int = Field(12, ge=0, le=200)  # groups of duplicates shown as pictures
    layers: bool = False  # filters and feature maps of the first layers: loads the network, some seconds
    activation: bool = True  # where the network looked, over the most confident mistakes: loads the networks
    map: bool = True  # embeddings laid flat: some seconds
