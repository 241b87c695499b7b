"""The `tta` section. Imports no torch."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from podium.foundation.params import Section

Name = Literal["hflip", "vflip", "d4", "rotate90", "scale", "five_crop", "shift", "rotate"]


class TtaParams(Section):
    """params.yaml's `tta`."""

    section: ClassVar[str] = "tta"
    views: Literal["auto", "none"] | list[Name] = "auto"
    keep: Literal["auto", "always"] = "auto"
    merge: Literal["mean", "gmean", "max"] = "mean"
    of: Literal["probs", "logits"] = "probs"
    degrees: float = Field(8.0, gt=0, le=45)  # of rotate, both ways
    shift: float = Field(0.05, gt=0, le=0.5)  # of shift, as a share of the side, in four directions
    scales: list[float] = [0.85, 1.15]  # of scale

    @field_validator("scales")
    @classmethod
    def _sensible(cls, scales: list[float]) -> list[float]:
        if not scales or not all(0.5 <= scale <= 2 and scale != 1 for scale in scales):
            raise ValueError("give one or more scales from 0.5 to 2, other than 1")
        return scales

    @model_validator(mode="after")
    def _defined(self) -> "TtaParams":
        if self.merge == "gmean" and self.of == "logits":
            raise ValueError(
                "merge: gmean needs of: probs, because a negative logit has no geometric mean; "
                "set of to probs or merge to mean"
            )
        return self
