"""The `split` section."""

from typing import ClassVar, Literal

from pydantic import Field

from podium.foundation.params import Section


class SplitParams(Section):
    """params.yaml's `split`."""

    section: ClassVar[str] = "split"
    k: int = Field(5, ge=2, le=50)  # folds
    hold_out: int = Field(0, ge=0)  # images a class, of no fold: predicted, never trained on
    group: Literal[
        "column", "filename", "date", "number", "size", "camera", "frame", "stamp", "alike", "auto", "none"
    ] = "column"
    small_classes: Literal["spread", "train", "refuse"] = "spread"  # classes with fewer images than folds
    validation: Literal["given", "merge"] = "given"
    file: str = "data/folds.csv"  # image_id, fold: frozen or one's own; only a header: none
    straddle: Literal["refuse", "allow"] = "refuse"  # groups that the file tears apart
