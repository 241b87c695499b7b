"""The `duplicates` and `leak` sections."""

from typing import ClassVar

from pydantic import Field

from podium.foundation.params import Section


class DuplicateParams(Section):
    """params.yaml's `duplicates`.

    The defaults were chosen by looking at pairs: 12 of 12 pairs right on photos of flowers, 48 of 48 sampled
    on 28-pixel film frames, no false pair on photos of hands, whose look-alikes reach 0.85 at 8 bits.
    """

    section: ClassVar[str] = "duplicates"
    near: bool = True
    hamming: int = Field(6, ge=0, le=7)  # bits of 64; the search finds all pairs up to 7
    cosine: float = Field(0.85, ge=0, le=1)  # of embeddings centred on the competition's mean
    largest: int = Field(50, ge=2)  # images: near pairs never chain into a larger group


class LeakParams(Section):
    """params.yaml's `leak`."""

    section: ClassVar[str] = "leak"
    use_test_duplicates: bool = False  # a test image takes the label that its duplicates in training have
