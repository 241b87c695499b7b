"""What detection found of a download."""

from dataclasses import dataclass, field

from podium.contracts.competition import Competition, Finding


@dataclass(frozen=True)
class Shipped:
    """One image of the download, and what it is for."""

    image_id: str  # <subset>/<path inside raw>
    path: str
    subset: str
    submission_id: str | None
    row: str = ""  # <subset>/<its row>, where the submission's rows have several images each


@dataclass
class Detected:
    """What was found. Labels are class names by image_id."""

    images: list[Shipped]  # ascending by image_id
    labels: dict[str, str]  # of train and validation
    test_labels: dict[str, str]  # where test images are labelled: for scores only
    groups: dict[str, str]
    competition: Competition
    sample_text: str
    sample: str = ""  # its path inside the download, where it was shipped
    findings: list[Finding] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # beside the image: name -> path -> cell
