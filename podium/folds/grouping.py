"""The groups that stay whole, and the evidence for those that nobody named."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.folds.assign import Labels, assign
from podium.folds.groups import FEWEST, Pattern, from_column, from_dates, from_names, from_sizes, merge
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError
from podium.linear import probe

FOLDS = 5  # of the two cross-validations that measure the gap
SURE = 3.0  # standard errors: a gap beyond it is no accident
SMALLEST_GAP = 0.01  # of accuracy: below it tracks cost more than they tell
JUDGED = 0.5  # of the images must be of classes with two tracks or more: else names tell the class
KINDS = {  # split.group -> a word for such a group, and how it is seen
    "filename": ("track", "file names look like {count} tracks (as {example!r})"),
    "date": ("date", "file names hold {count} dates (as {example!r})"),
    "size": ("size", "images come in {count} sizes"),
}


@dataclass
class Grouped:
    """The group of each image, facts, sentences, and those of them that a reader of the score must know."""

    groups: list[str]
    facts: dict[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def group(
    ids: list[str],
    labels: Labels,
    twins: list[str],
    column: list[str | None],
    params: SplitParams,
    embedded: tuple[list[str], NDArray[np.float32]],
    k: int,
    seed: int,
    sizes: list[str] | None = None,
) -> Grouped:
    """Duplicates' groups, joined with the column's and with those that `split.group` asks for.

    What nobody named is tried: tracks and dates in file names, `sizes` (640x480) of images. Where folds that
    keep them whole score lower, a reader is told what to set. Raises UserError where groups are asked for
    that are not there.
    """
    if params.group == "none":
        return Grouped(merge(twins))
    partitions = [twins, from_column(ids, column)]
    base = merge(*partitions)
    found: dict[str, Pattern | None] = {
        "filename": from_names(ids),
        "date": from_dates(ids),
        "size": from_sizes(ids, sizes or []) if sizes else None,
    }
    wholes = {name: merge(*partitions, pattern.tracks) for name, pattern in found.items() if pattern}
    judged = {name: several_tracks(labels, tracks) for name, tracks in wholes.items()}
    usable = [name for name in wholes if judged[name].mean() >= JUDGED]
    if params.group in found and params.group not in usable:
        _refuse(params.group, ids, found[params.group])
    if not usable:
        return Grouped(base)
    place = {image_id: row for row, image_id in enumerate(embedded[0])}
    vectors = np.ascontiguousarray(embedded[1][[place[image_id] for image_id in ids]])
    made = Grouped(base)
    for name in usable:
        gap, error = measure(ids, vectors, labels, base, wholes[name], judged[name], k, seed)
        pattern = found[name]
        assert pattern is not None
        _tell(made, name, pattern, gap, error, params.group)
        if params.group == name or (params.group == "auto" and _real(gap, error)):
            made.groups = merge(made.groups, wholes[name])
    return made


def _real(gap: float, error: float) -> bool:
    return gap > max(SURE * error, SMALLEST_GAP)


def _tell(made: Grouped, name: str, pattern: Pattern, gap: float, error: float, asked: str) -> None:
    """Adds the facts and the sentence on one kind of groups; a leak that nobody closes is a warning."""
    key, seen = KINDS[name]
    made.facts |= {
        f"{key}s": pattern.count,
        f"{key}_gap": round(gap, 6),
        f"{key}_gap_error": round(error, 6),
    }
    sentence = (
        f"{seen.format(count=pattern.count, example=pattern.example)}: accuracy on embeddings is {gap:+.3f} "
        f"(± {error:.3f}) higher when {key}s are torn over folds"
    )
    if asked == name or (asked == "auto" and _real(gap, error)):
        made.sentences.append(f"{sentence}; they stay whole (split.group: {asked}).")
    elif not _real(gap, error):
        made.sentences.append(f"{sentence}: no sign of a leak, nothing to do.")
    else:
        advice = f"{sentence}: set split.group: {name} to keep them whole."
        made.sentences.append(advice)
        made.warnings.append(advice)


def several_tracks(labels: Labels, tracks: list[str]) -> NDArray[np.bool_]:
    """Whether an image's class lies in two tracks or more (n,): a single one can be torn, but not judged."""
    pairs = {(int(label), track) for label, track in zip(labels, tracks, strict=True)}
    counts = np.bincount([label for label, _ in pairs], minlength=int(labels.max(initial=0)) + 1)
    return np.asarray(counts[labels] > 1)


def _refuse(asked: str, ids: list[str], pattern: Pattern | None) -> None:
    """Raises UserError: the groups that were asked for are not there, or tell the class."""
    if asked != "filename":
        what = {"date": "file names with dates", "size": "images of ten sizes or more"}[asked]
        seen = "each class has one of them" if pattern else f"there are no {what}"
        raise UserError(
            f"params.yaml: split.group: {asked}, but {seen}: set split.group: column, and "
            "competition.group_column if there is one."
        )
    seen = "show no tracks" if pattern is None else "tell the class and no tracks within it"
    raise UserError(
        f"params.yaml: split.group: filename, but file names such as {ids[0]!r} {seen} (<track>_<frame>, at "
        f"least {FEWEST} tracks): set split.group: column, and competition.group_column if there is one."
    )


def measure(
    ids: list[str],
    vectors: NDArray[np.float32],
    labels: Labels,
    base: list[str],
    tracks: list[str],
    judged: NDArray[np.bool_],
    k: int,
    seed: int,
) -> tuple[float, float]:
    """(accuracy with `base` groups minus accuracy with `tracks` whole, its standard error over tracks).

    Over the images `judged` (n,): a class of one track cannot be learnt while that track is whole.
    """
    hits = []
    for groups in (base, tracks):
        folds = assign(ids, labels, groups, FOLDS, seed)
        hits.append(probe.out_of_fold(vectors, labels, folds, k).argmax(1) == labels)
    change = (hits[0].astype(float) - hits[1])[judged]
    _, codes = np.unique(np.array(tracks, dtype=str)[judged], return_inverse=True)
    sums = np.bincount(codes, change - change.mean())  # images of one track err together
    return float(change.mean()), float(np.sqrt((sums**2).sum()) / len(change))
