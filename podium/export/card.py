"""bundle.json: what a bundle must know beside its graphs. `make export` writes it, predict.py reads it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.foundation.errors import UserError
from podium.images.channels import Meaning
from podium.tasks import registry
from podium.tasks.task import Task

FOLDER = Path("export")
FILE = "bundle.json"
VERSION = 3


@dataclass(frozen=True)
class BundleMember:
    """One voting member: its graphs, whose outputs (folds, batch, c) follow each other fold after fold."""

    name: str
    files: list[str]
    sides: list[int]  # pixels of the squares that each graph takes, in its inputs' order
    resize: str
    interpolation: str


@dataclass(frozen=True)
class Submission:
    """The submission's form, as the contract of data/index/competition.json has it."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def kind(self) -> Task:
        """The task, with all that it decides."""
        return registry.load(self.fields["task"])

    @property
    def table(self) -> NDArray[np.float32]:
        """The targets (a, c) of each answer."""
        return self.kind.table(self.fields["answers"], self.fields["classes"])


@dataclass(frozen=True)
class TellingTable:
    """A table of the download that says something of test images."""

    table: str
    ids: str  # its column that names the images
    columns: list[str]


@dataclass(frozen=True)
class BundleCard:
    """bundle.json."""

    engine: str  # torch or onnx
    batch: int  # images a run: the graphs' fixed first axis
    members: list[BundleMember]
    vote: str  # the vote's graph: float64 (m, f, n, c) to (n, c)
    short_side: int  # of a stored image, pixels
    suffix: str  # of images that are stored anew
    quality: int
    megapixels: float  # above it an image is refused
    meaning: dict[str, Any]  # images/channels.py
    shares: list[float]  # what an image that cannot be read gets
    competition: dict[str, Any]
    digits: int  # decimals of a probability
    sample: str  # its path inside the download
    tests: list[str]  # folders inside the download that hold test images
    trains: list[str]  # and training images
    id_forms: list[str]  # how the sample's ids named the test images, in words
    look: BundleMember | None = (
        None  # the fixed network, whose one output is vectors (batch, d), if anybody looks
    )
    vote_looks: bool = False  # whether the vote's graph takes vectors (n, d) too
    alike: str = ""  # arrays of podium/vote/judges.py, if look-alikes vote
    columns: list[dict[str, Any]] = field(default_factory=list)  # podium/vote/encoding.py, if columns vote
    stacked: str = ""  # arrays of podium/vote/stacked.py
    told: list[TellingTable] = field(default_factory=list)  # who tells those columns
    known: dict[str, list[str]] = field(default_factory=dict)  # ids that no rule finds: paths in the download
    through: str = ""  # the table of the download that says which images an id means; "": their names do
    rows: dict[str, Any] = field(default_factory=dict)  # podium/vote/merging.py; none: an id has one image
    answers: dict[str, int] = field(
        default_factory=dict
    )  # a picture's digest -> the class it is known to have
    agreed: float = 0.0  # how often such answers were right, and among how many groups
    groups: int = 0
    published: str = ""  # SHA-256 of the submission that this bundle was compared with
    seconds_per_1000: float = 0.0  # on the exporting machine, decoding included
    version: int = VERSION

    @property
    def submission(self) -> Submission:
        """What the modules on submissions ask of a competition."""
        return Submission(self.competition)

    @property
    def networks(self) -> list[BundleMember]:
        """All that sees squares: the members, then the fixed network."""
        return [*self.members, *([self.look] if self.look else [])]

    @property
    def beside(self) -> list[str]:
        """The columns beside the image that the vote looks at."""
        return list(dict.fromkeys(name for one in self.told for name in one.columns))

    @property
    def tables(self) -> list[str]:
        """The download's tables that a prediction needs."""
        named = [self.through, *(one.table for one in self.told)]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def reads(self) -> Meaning:
        """How pictures are read."""
        return Meaning(**self.meaning)


def read(folder: Path) -> BundleCard:
    """The card of the bundle in `folder`. Raises UserError where there is none, or one of another version."""
    path = folder / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}): run `make export` again.") from None
    if values.get("version") != VERSION:
        raise UserError(f"{path} has another version than {VERSION}: run `make export` again.")
    typed = {
        "members": [BundleMember(**one) for one in values["members"]],
        "look": BundleMember(**values["look"]) if values["look"] else None,
        "told": [TellingTable(**one) for one in values["told"]],
    }
    return BundleCard(**(values | typed))
