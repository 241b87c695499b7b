"""Pictures as measured values, which no picture format holds: what is known before they are 8 bits."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from podium.images.pixels import Pixels

Values = NDArray[Any]  # (h, w) or (h, w, 3 or 4), RGB first


@dataclass(frozen=True)
class Measured:
    """One picture's values, and the same as 8 bits where its own file says which of them to show."""

    values: Values
    said: str  # what such pictures are, in the plural, for findings and notes
    shown: Pixels | None = None  # by the file's own window
