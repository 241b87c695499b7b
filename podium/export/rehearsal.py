"""make rehearse: the notebook's script run here as Kaggle would, and what it wrote held against the run."""

import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from podium.contracts import columns, competition, images, rows
from podium.contracts.competition import Competition
from podium.download import tables
from podium.download.raw import Raw
from podium.export import agreement, card, expected, hiding, ids, members, notebook, sealed
from podium.export.agreement import Agreement
from podium.export.card import BundleCard
from podium.export.expected import LearntVote
from podium.export.sealed import Ran
from podium.foundation.errors import UserError
from podium.submission import submission
from podium.submission.submission import Sample

FEW = 3  # rows of the sample that Kaggle runs first, beside a test folder with these images alone
DECOYS = 12  # training images beside them: they must not be predicted
HOURS = 9.0  # what a notebook usually may take
SECONDS = 3600.0


@dataclass(frozen=True)
class Rehearsed:
    """What the two runs said and took: the sample's few rows, then the hidden set."""

    sample: Ran
    hidden: Ran
    first: Agreement
    second: Agreement
    few: int  # images of the sample run
    images: int  # of the hidden set

    @property
    def per_second(self) -> float:
        """Images a second, without what starting takes."""
        return (self.images - self.few) / max(self.hidden.seconds - self.sample.seconds, 1e-3)

    def hours(self, images: int) -> float:
        """For so many hidden images on this machine, starting included."""
        return (self.sample.seconds + images / self.per_second) / SECONDS


def rehearse(voting: LearntVote, sources: Sequence[members.MemberFiles], raw: Raw, count: int) -> Rehearsed:
    """Runs the script on the sample's first rows and on `count` training images under other names.

    Raises UserError where it fails, changes its input, or says something else than the run.
    """
    folder, found = notebook.FOLDER, competition.read()
    notebook.asked_of(folder)
    made = card.read(folder / notebook.DATASET)
    shipped = images.IMAGES.read(images.PATH)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        sample = submission.read_sample(competition.SAMPLE, found)
        few = replace(sample, rows=sample.rows[:FEW])
        of = ids.images_of(shipped)
        tests = {path: path for name in few.ids for path in of[name]}
        told_of = {name: raw.read(name) for name in made.tables}
        first = _run(place / "first", few, tests, told_of, shipped, raw, made)
        told = agreement.compare(submission.PATH, place / "first/working/submission.csv", found.id_column)

        chosen = hiding.chosen(shipped, rows.read(), count)
        hidden = hiding.hide(chosen, {name: of[name] for name in sample.ids}, made, raw, columns.read())
        row = sample.rows[0]
        asked = [name + ending for name in hidden.ids for ending in sample.endings or ("",)]
        many = replace(
            sample, rows=[[*row[: sample.id_at], name, *row[sample.id_at + 1 :]] for name in asked]
        )
        told_of = {name: text.encode() for name, text in hidden.tables.items()}
        second = _run(place / "second", many, hidden.files, told_of, shipped, raw, made)
        values = expected.vote(voting, sources, made, hidden)
        wanted = place / "wanted.csv"
        _write(many, found, values, made, wanted)
        agreed = agreement.compare(wanted, place / "second/working/submission.csv", found.id_column)
    return Rehearsed(first, second, told, agreed, len(tests), len(hidden.files))


def _run(
    place: Path,
    sample: Sample,
    files: dict[str, str],
    told: dict[str, bytes],
    shipped: pd.DataFrame,
    raw: Raw,
    made: BundleCard,
) -> Ran:
    """The script where only its input lies: files are places in the competition -> paths in the download.

    told: tables by their place.
    """
    given, working = place / "input", place / "working"
    working.mkdir(parents=True)
    data = given / "competition"
    decoys = shipped.loc[shipped["subset"] == "train", "path"].tolist()[:DECOYS]
    agreement.unpack({one: one for one in decoys} | files, raw.read, data)
    for name, text in told.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(text)
    _sample(sample, data / made.sample)
    (given / "data-set").symlink_to((notebook.FOLDER / notebook.DATASET).resolve())
    before = _listing(given)
    _lock(given)
    try:
        ran = sealed.run(notebook.FOLDER / notebook.CODE, (), working, PODIUM_INPUT=str(given))
    finally:
        _lock(given, False)
    if _listing(given) != before:
        raise UserError(f"{notebook.CODE} writes into its input, which Kaggle does not allow.")
    if not (working / "submission.csv").exists():
        raise UserError(f"{notebook.CODE} ended without a submission.csv.")
    return ran


def _sample(sample: Sample, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [sample.delimiter.join(tables.cell(cell) for cell in row) for row in sample.rows]
    path.write_text("\n".join([sample.first, *lines]) + "\n", encoding="utf-8")


def _listing(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def _lock(folder: Path, closed: bool = True) -> None:
    """Takes the right to write away from all folders below, or gives it back."""
    for place, _, _ in os.walk(folder):
        mode = stat.S_IMODE(os.stat(place).st_mode)
        os.chmod(place, mode & ~0o222 if closed else mode | stat.S_IWUSR)


def _write(sample: Sample, found: Competition, values: np.ndarray, made: BundleCard, path: Path) -> None:
    """What submit would write of these predictions."""
    status = ["ok"] * len(sample.ids)
    table = pd.DataFrame({"image_id": sample.ids, "submission_id": sample.ids, "status": status})
    shares = np.array(made.shares)
    aligned = submission.align(sample.ids, table, sample.ids, values, shares, found.kind.truth)
    submission.write(sample, found, submission.fill(sample, found, aligned.probs, made.digits), path)
