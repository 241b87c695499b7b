"""The `competition` section: where the download lies, and what overrides the detection."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from podium.params import Section


class Limits(BaseModel):
    """What a download may cost before it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    total_gb: float = Field(500.0, gt=0)  # GB, unpacked, nested zips included
    ratio: float = Field(200.0, gt=1)  # unpacked to packed size, of members above 10 MB
    files: int = Field(3_000_000, ge=1)
    megapixels: float = Field(200.0, gt=0)  # of one image, read from its header before it is decoded


class CompetitionParams(Section):
    """params.yaml's `competition`. What is left out is detected; files are paths inside the download."""

    section: ClassVar[str] = "competition"
    path: str = "data/demo/demo.zip"
    train: str | None = None  # folder, or a table or list of images
    test: str | None = None
    validation: str | None = None
    unlabelled: str | None = None  # folder of images without labels
    labels: str | None = None  # a table's path, `folders` or `names`
    id_column: str | None = None
    label_column: str | None = None
    group_column: str | None = None
    class_level: int | None = Field(None, ge=1)  # which folder below train/ is the class; 1 is the outermost
    sample: str | None = None
    form: Literal["label", "integer", "probabilities", "binary", "top_k"] | None = None
    metric: str | None = None
    on_missing: Literal["few", "fail", "skip"] = "few"  # labelled images that are not there, empty labels
    on_unreadable: Literal["report", "fail"] = "report"
    limits: Limits = Limits()
