"""data/index/reading.json: what every image's values were taken to mean, and the sample's place.

What is exported reads images by it, so that a picture looks there as it did here.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from podium.contracts import document
from podium.foundation.files import write_json

PATH = Path("data/index/reading.json")
VERSION = 1


class Reading(BaseModel):
    """The first five are the fields of images/channels.py's Meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = VERSION
    low: float | None = None
    high: float | None = None
    fourth: str = "alpha"
    ground: int = 255
    window: bool = True
    sample: str = ""  # the sample submission's path inside the download, "" where none was shipped


def write(reading: Reading, path: Path = PATH) -> None:
    """Writes reading.json atomically."""
    write_json(path, reading.model_dump(mode="json"))


def read(path: Path = PATH) -> Reading:
    """Reads reading.json. Raises UserError where it is missing, broken or of another version."""
    return document.read(path, Reading, VERSION)
