"""The submission: the sample's rows, filled; checked before it is written and after it is read back."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.download import tables
from podium.download.sentences import readable
from podium.forms import registry as forms
from podium.forms.rounding import Cells
from podium.foundation.errors import UserError
from podium.foundation.files import replacing
from podium.tasks.task import Truth

if TYPE_CHECKING:
    from podium.contracts.competition import Competition  # a bundle's card stands in for it

Probs = NDArray[np.float64]
PATH = Path("reports/submission.csv")
NAMED = 5  # unreadable images named in a warning


@dataclass(frozen=True)
class Sample:
    """The sample's header line as shipped, its rows as text, and where the id and the values stand."""

    first: str
    delimiter: str
    rows: Cells
    id_at: int
    values_at: list[int]
    endings: tuple[str, ...] = ()  # what row ids add to an image's, where an image has a row for each column

    @property
    def row_ids(self) -> list[str]:
        """The ids of rows in the sample's order, blanks around them stripped."""
        return [row[self.id_at].strip() for row in self.rows]

    @property
    def places(self) -> list[tuple[str, int]]:
        """The image's id and the place of the column that each row asks for, where it asks for one."""
        number = {ending: column for column, ending in enumerate(self.endings)}
        longest = "|".join(map(re.escape, sorted(self.endings, key=len, reverse=True)))
        hits = [re.fullmatch(f"(.+?)({longest})", name) for name in self.row_ids]
        assert all(hits), "an id of the sample has none of the endings"
        return [(hit[1], number[hit[2]]) for hit in hits if hit]

    @property
    def ids(self) -> list[str]:
        """The ids of images in the sample's order."""
        return list(dict.fromkeys(name for name, _ in self.places)) if self.endings else self.row_ids


@dataclass(frozen=True)
class Aligned:
    """probs (n, k) in the sample's order; the ids that got the prior, because their image is unreadable."""

    probs: Probs
    unreadable: list[str]


def read_sample(path: Path, competition: "Competition") -> Sample:
    """The sample, its columns found by name. Raises UserError where a column is missing or an id repeated."""
    try:
        sheet = tables.parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`.") from None
    columns = [competition.value_column] if competition.endings else competition.columns
    for name in (competition.id_column, *columns):
        if name not in sheet.header:
            raise UserError(f"{path} has no column {name!r} ({', '.join(sheet.header)}): run `dvc repro`.")
    first = next(line for line in sheet.text.split("\n") if line.strip()).rstrip("\r")
    delimiter = max(tables.DELIMITERS, key=first.count)
    nameless = [""] * (len(next(csv.reader([first], delimiter=delimiter))) - len(sheet.header))
    sample = Sample(
        first=first,
        delimiter=delimiter,
        rows=[row + nameless for row in sheet.rows],  # commas at a line's end stay: the sample's form
        id_at=sheet.header.index(competition.id_column),
        values_at=[sheet.header.index(name) for name in columns],
        endings=tuple(competition.endings),
    )
    repeated = next((name for name, count in Counter(sample.row_ids).items() if count > 1), None)
    if repeated is not None:
        raise UserError(f"{path}: the id {repeated!r} stands twice; each image has one row.")
    return sample


def prior(competition: "Competition", labels: Sequence[str]) -> Probs:
    """The mean (c,) of the training labels' targets, of classes their shares; uniform without any."""
    if not labels:
        return np.full(len(competition.classes), 1 / len(competition.classes))
    counts = Counter(labels)
    times = np.array([counts[answer] for answer in competition.answers], np.float64)
    return np.asarray(times @ competition.table / times.sum())


def align(
    ids: list[str],
    images: pd.DataFrame,
    predicted: list[str],
    probs: Probs,
    shares: Probs,
    truth: Truth = "labels",
) -> Aligned:
    """Predictions in the order of `ids`; of classes 0 for those without a training image, rows summing to 1.

    `images` (image_id, submission_id, status), `predicted` the image_ids of probs (n, k), `shares` (k,). Of
    several images with one id the first readable one stands for them: their vote is told under its name.
    Raises UserError for an id that no image has, or a readable image without a prediction.
    """
    row_of = {image: i for i, image in enumerate(predicted)}
    of: dict[str, list[tuple[str, str]]] = {}
    known = images.dropna(subset="submission_id")
    for name, *image in zip(known["submission_id"], known["image_id"], known["status"], strict=True):
        of.setdefault(name, []).append((image[0], image[1]))
    rows = [_row(name, of, row_of) for name in ids]
    found = np.vstack([probs, shares]).astype(np.float64)[np.array(rows, np.int64)]
    unreadable = [name for name, row in zip(ids, rows, strict=True) if row == -1]
    return Aligned(ALIGNED[truth](found, shares), unreadable)


def _of_trained_classes(found: Probs, shares: Probs) -> Probs:
    found = found * (shares > 0)
    sums = found.sum(1, keepdims=True)
    return np.where(sums > 0, found / np.where(sums > 0, sums, 1), shares)


def _of_trained_labels(found: Probs, shares: Probs) -> Probs:
    return np.asarray(found * (shares > 0))


def _as_they_are(found: Probs, _shares: Probs) -> Probs:
    return found


ALIGNED: dict[Truth, Callable[[Probs, Probs], Probs]] = {
    "labels": _of_trained_classes,
    "sets": _of_trained_labels,
    "numbers": _as_they_are,
}


def _row(name: str, of: dict[str, list[tuple[str, str]]], row_of: dict[str, int]) -> int:
    """The row of the prediction; -1 (the prior's) where none of its images can be read."""
    if name not in of:
        raise UserError(f"sample_submission: no test image for the id {name!r}: run `dvc repro ingest`.")
    readable = sorted(image for image, status in of[name] if status != "unreadable")
    if not readable:
        return -1
    image = readable[0]
    if image not in row_of:
        raise UserError(
            f"data/ensemble/test.parquet has no prediction for {image}: run `dvc repro -f predict ensemble`."
        )
    return row_of[image]


def fill(sample: Sample, competition: "Competition", probs: Probs, digits: int) -> Cells:
    """The submission's rows: the sample's, with their values replaced. probs (n, k) in the sample's order."""
    filled = [list(row) for row in sample.rows]
    written = forms.load(competition.form).cells(competition, probs, digits)
    if sample.endings:
        place = {name: row for row, name in enumerate(sample.ids)}
        written = [[written[place[name]][column]] for name, column in sample.places]
    for row, values in zip(filled, written, strict=True):
        for at, value in zip(sample.values_at, values, strict=True):
            row[at] = value
    return filled


def write(sample: Sample, competition: "Competition", rows: Cells, path: Path = PATH) -> None:
    """Writes the checked file atomically; what is read back from the draft must be what was meant."""
    check(sample, competition, rows)
    with replacing(path) as draft:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(sample.first + "\n")
            csv.writer(file, delimiter=sample.delimiter, lineterminator="\n").writerows(rows)
        first, back = _read_back(draft, sample.delimiter)
        assert first == sample.first, "the header changed in the file"
        assert back == rows, "a row changed in the file"
        check(sample, competition, back)


def _read_back(path: Path, delimiter: str) -> tuple[str, Cells]:
    with path.open(encoding="utf-8", newline="") as file:
        first = file.readline()
        return first.removesuffix("\n"), list(csv.reader(file, delimiter=delimiter))


def check(sample: Sample, competition: "Competition", rows: Cells) -> None:
    """What a server would refuse is our defect: AssertionError with the row."""
    assert [row[sample.id_at].strip() for row in rows] == sample.row_ids, (
        "ids are not the sample's, in its order"
    )
    fault = forms.load(competition.form).fault
    for number, row in enumerate(rows, 1):
        values = [row[at] for at in sample.values_at]
        where = f"submission row {number}: {values[:5]}"
        assert all(values) or competition.may_be_empty, f"{where} has an empty value"
        wrong = fault(competition, values)
        assert not wrong, f"{where} {wrong}"


def sentences(
    sample: Sample, competition: "Competition", aligned: Aligned, path: Path, shares: Probs
) -> list[str]:
    """What a reader of the terminal should know: the file, its form, warnings, the predicted classes."""
    more = " ..." if len(competition.columns) > 4 else ""
    columns = ", ".join(competition.columns[:4]) + more
    said = [f"{path}: {len(sample.rows):,} rows, form {competition.form} ({columns})"]
    if not competition.sample_shipped:
        said.append(
            "warning: no sample_submission was shipped: ids and columns were built from the test images"
        )
    if aligned.unreadable:
        names = ", ".join(aligned.unreadable[:NAMED]) + (" ..." if len(aligned.unreadable) > NAMED else "")
        said.append(
            f"warning: {len(aligned.unreadable):,} unreadable test images got the classes' prior: {names}"
        )
    return [readable(line) for line in (*said, _distribution(competition, aligned.probs, shares))]


def _distribution(competition: "Competition", probs: Probs, shares: Probs, shown: int = 5) -> str:
    if competition.kind.truth != "labels":
        means = probs.mean(0) if len(probs) else shares
        parts = [f"{name} {a:.4g} ({b:.4g})"
                 for name, a, b in zip(competition.classes[:shown], means, shares, strict=False)]  # fmt: skip
        return (
            "mean prediction (mean in training): "
            + ", ".join(parts)
            + (" ..." if len(shares) > shown else "")
        )
    predicted = np.bincount(probs.argmax(1), minlength=len(shares)) / max(1, len(probs))
    most = np.argsort(-predicted, kind="stable")[:shown]
    parts = [f"{competition.classes[i]} {predicted[i]:.1%} ({shares[i]:.1%})" for i in most]
    return "predicted classes (in training): " + ", ".join(parts) + (" ..." if len(shares) > shown else "")
