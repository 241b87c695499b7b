"""params.yaml's `refit`: networks that learn from every labelled image, beside the folds."""

from typing import ClassVar

from pydantic import Field, model_validator

from podium.contracts.refit import RefitVote
from podium.foundation.params import Section


class RefitParams(Section):
    """How many such networks, and whether they vote on test images."""

    section: ClassVar[str] = "refit"
    networks: int = Field(0, ge=0, le=20)
    vote: RefitVote = "instead"

    @model_validator(mode="after")
    def _somebody(self) -> "RefitParams":
        if self.vote != "instead" and not self.networks:
            raise ValueError(
                f"vote: {self.vote} is said of no network, networks is 0: set networks to 1 or more, "
                "or vote to instead"
            )
        return self
