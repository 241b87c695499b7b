"""params.yaml's `ensemble`: who votes, and how."""

import difflib
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from podium.foundation.git import is_full
from podium.foundation.params import Section
from podium.foundation.plugins import Plugins

VOTERS = Plugins("podium.vote.voters")


class External(BaseModel):
    """Predictions made outside Podium: two CSV files, image_id and one column a class."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    oof: Path
    test: Path
    digest: str = ""  # of both files' content: a changed file is a changed parameter


class EnsembleParams(Section):
    """params.yaml's `ensemble`."""

    section: ClassVar[str] = "ensemble"
    voter: str = "auto"
    calibrate: Literal["auto", "none", "temperature", "priors", "thresholds", "grades", "unknown"] = "auto"
    experiments: list[str] = []  # full revisions of other runs that vote too
    external: list[External] = []
    columns: Literal["auto", "none"] = "auto"  # whether columns beside the image may join the vote
    neighbours: Literal["auto", "none"] = "auto"  # whether look-alikes may vote where classes are small
    rows: Literal["auto", "mean", "max", "noisy_or"] = "auto"  # how the images of one row become its vote
    own: bool = True  # whether this run itself votes

    @model_validator(mode="after")
    def _somebody(self) -> "EnsembleParams":
        if not (self.own or self.experiments or self.external):
            raise ValueError("nobody votes: set own: true or name experiments")
        return self

    @field_validator("voter")
    @classmethod
    def _known(cls, voter: str) -> str:
        if voter in (known := ["auto", *VOTERS.names()]):
            return voter
        close = difflib.get_close_matches(voter, known, n=1, cutoff=0.5)
        raise ValueError(f"did you mean {close[0]}" if close else f"known are {', '.join(known)}")

    @field_validator("experiments")
    @classmethod
    def _full(cls, revisions: list[str]) -> list[str]:
        for revision in revisions:
            if not is_full(revision):
                raise ValueError(
                    'give full revisions (40 hexadecimal digits): `make vote EXPERIMENTS="a b"` turns '
                    "names into them"
                )
        if len(set(revisions)) != len(revisions):
            raise ValueError("a revision stands twice")
        return revisions
