"""data/index and data/images: the detection and the audit, written as their contracts say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from podium.competition.detected import Detected
from podium.competition.rows import several
from podium.contracts import columns, origins, reading, rows
from podium.contracts import competition as contract
from podium.contracts.competition import Finding
from podium.contracts.images import IMAGES
from podium.contracts.labels import LABELS
from podium.contracts.origins import ORIGINS
from podium.download.sentences import readable
from podium.foundation.errors import UserError
from podium.foundation.files import replacing, replacing_folder, write_text
from podium.images.audit import NEARLY_BLACK, Audited
from podium.images.channels import Meaning
from podium.images.opening import FRAMES
from podium.images.shards import Place, Writer

TEST_LABELS = "test_labels.csv"
ORIGIN = ["camera", "day", "frame", "corners"]  # columns of a table of their own: few images have them
LISTED = 10  # unreadable images named in the log


def store(detected: Detected, audited: Iterable[tuple[str, Audited]], folder: Path) -> pd.DataFrame:
    """Writes the images' bytes as tar shards in the order given; returns the images table and ORIGIN."""
    lines, names = [], [*IMAGES.schema.names, *ORIGIN]
    images = iter(detected.images)
    with replacing_folder(folder) as draft, Writer(draft, "images") as writer:
        for path, facts in audited:
            image = next(images)
            assert image.path == path
            place = writer.add(image.image_id, facts.data) if facts.data else Place("", 0, 0)
            lines.append([_told(name, image, facts, place, facts.origin, facts.marks) for name in names])
    return pd.DataFrame(lines, columns=names).astype({"phash": "uint64"})


def _told(name: str, *by: object) -> object:
    """The column of that name, by the first that has it."""
    return next(getattr(one, name) for one in by if hasattr(one, name))


def judge(frame: pd.DataFrame, detected: Detected, fail: bool) -> list[Finding]:
    """What the audit says, in findings. Raises UserError where `fail` and an image is unreadable."""
    findings = [Finding(what="images", found=f"{(frame['status'] == 'ok').sum():,} readable")]
    bad = frame[frame["status"] == "unreadable"]
    if fail and len(bad):
        first = bad.iloc[0]
        raise UserError(
            f"{readable(first['path'])}: {first['note']} ({len(bad):,} unreadable images): "
            "competition.on_unreadable: report leaves such images out."
        )
    for status, why in (
        ("repaired", "see note in images.parquet"),
        ("unreadable", "nothing is learnt of them"),
    ):
        some = frame[frame["status"] == status]
        if len(some):
            names = "; ".join(f"{row.path}: {row.note}" for row in some.head(LISTED).itertuples())
            more = f"; and {len(some) - LISTED:,} more" if len(some) > LISTED else ""
            findings.append(
                Finding(what=status, found=f"{len(some):,}: {names}{more}", why=why, warning=True)
            )
    findings += _dark(frame) + _frames(frame)
    tests = bad[bad["subset"] == "test"]
    if len(tests) and len(tests) == (frame["subset"] == "test").sum():
        first = tests.iloc[0]
        raise UserError(
            f"none of the {len(tests):,} test images can be read: {readable(first['path'])}: {first['note']}"
            "; download them again, or write them as PNG."
        )
    if len(tests):
        text = f"{len(tests):,} test images cannot be read"
        findings.append(
            Finding(what="test", found=text, why="their rows get the classes' prior", warning=True)
        )
    opened = set(frame.loc[frame["status"] != "unreadable", "image_id"])
    left = {detected.labels[name] for name in detected.labels if name in opened}
    gone = sorted(set(detected.labels.values()) - left)
    if gone:
        raise _lost_class(gone[0], bad, frame)
    return findings


def _dark(frame: pd.DataFrame) -> list[Finding]:
    """A warning where most pictures are nearly black, as masks and files of few levels are."""
    notes = frame.loc[frame["note"].str.contains(NEARLY_BLACK, regex=False), "note"]
    if len(notes) * 2 <= len(frame):
        return []
    text = f"{len(notes):,} of {len(frame):,} pictures are {notes.iloc[0].rpartition('; ')[2]}"
    why = "they show nothing as they are: multiply their values where those are levels or classes"
    return [Finding(what="images", found=text, why=why, warning=True)]


def _frames(frame: pd.DataFrame) -> list[Finding]:
    """How many pictures hold several: pages, frames or slices, of which the first is taken."""
    some = frame.loc[frame["note"].str.contains(FRAMES, regex=False), "path"]
    if not len(some):
        return []
    text = f"{len(some):,} of {len(frame):,} files hold several pictures, such as {some.iloc[0]}"
    why = "the first was taken: where others matter, write each as a file"
    return [Finding(what="images", found=text, why=why, warning=len(some) * 2 > len(frame))]


def _lost_class(name: str, bad: pd.DataFrame, frame: pd.DataFrame) -> UserError:
    """Why none of a class's images can be read: how many of all cannot, and most often why."""
    trained = bad[bad["subset"].isin(("train", "validation"))]
    total = int(frame["subset"].isin(("train", "validation")).sum())
    reason, times = Counter(trained["note"]).most_common(1)[0]
    first = trained[trained["note"] == reason].iloc[0]["path"]
    return UserError(
        f"class {name!r} has no readable image: {len(trained):,} of {total:,} training pictures cannot "
        f"be read, {times:,} of them as {first}: {reason}."
    )


def write(detected: Detected, frame: pd.DataFrame, meaning: Meaning, folder: Path) -> None:
    """Writes data/index as a whole."""
    labels = [(name, label, detected.groups.get(name)) for name, label in detected.labels.items()]
    with replacing_folder(folder) as draft:
        IMAGES.write(frame, draft / "images.parquet")
        ORIGINS.write(frame[(frame[ORIGIN] != "").any(axis=1)], draft / origins.PATH.name)
        LABELS.write(pd.DataFrame(labels, columns=LABELS.schema.names), draft / "labels.parquet")
        contract.write(detected.competition, draft / "competition.json")
        readable = set(frame.loc[frame["status"] != "unreadable", "image_id"])
        shared = several({image.image_id: image.row for image in detected.images}, readable)
        rows.write(shared, draft / rows.PATH.name)
        columns.write(_beside(detected), draft / columns.PATH.name)
        told = reading.Reading(**asdict(meaning), sample=detected.sample)
        reading.write(told, draft / reading.PATH.name)
        write_text(draft / "sample_submission.csv", detected.sample_text)
        if detected.test_labels:
            told_of_test = sorted(detected.test_labels.items())
            with replacing(draft / TEST_LABELS) as file:
                pd.DataFrame(told_of_test, columns=["image_id", "label"]).to_csv(
                    file, index=False, lineterminator="\n"
                )


def _beside(detected: Detected) -> pd.DataFrame:
    """image_id and a column for each that may help, of the images that a table tells of."""
    told = {path for cells in detected.columns.values() for path in cells}
    images = [image for image in detected.images if image.path in told]
    cells = {name: [of.get(image.path) for image in images] for name, of in detected.columns.items()}
    return pd.DataFrame({"image_id": [image.image_id for image in images]} | cells)


def table(findings: list[Finding]) -> str:
    """The findings as lines: what, found, why; warnings marked."""
    lines = []
    for finding in findings:
        why = f" ({finding.why})" if finding.why else ""
        text = readable(f"{finding.what + ':':<13} {finding.found}{why}")
        lines.append(f"{'! ' if finding.warning else '  '}{text}")
    return "\n".join(lines)
