"""The groups that stay whole, and the evidence for those that file names suggest."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.folds.assign import Labels, assign
from podium.folds.groups import FEWEST, Pattern, from_column, from_names, merge
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError
from podium.linear import probe

FOLDS = 5  # of the two cross-validations that measure the gap
SURE = 3.0  # standard errors: a gap beyond it is no accident
SMALLEST_GAP = 0.01  # of accuracy: below it tracks cost more than they tell
JUDGED = 0.5  # of the images must be of classes with two tracks or more: else names tell the class


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
) -> Grouped:
    """Duplicates' groups, joined with the column's and the file names' as `split.group` says.

    Raises UserError where file names are to be taken and show no tracks.
    """
    partitions = [twins] if params.group == "none" else [twins, from_column(ids, column)]
    base = merge(*partitions)
    pattern = from_names(ids) if params.group != "none" else None
    tracks = merge(twins, *partitions[1:], pattern.tracks) if pattern else base
    judged = several_tracks(labels, tracks)
    if pattern is None or judged.mean() < JUDGED:
        _refuse_if_asked(params, ids, pattern)
        return Grouped(base)
    place = {image_id: row for row, image_id in enumerate(embedded[0])}
    vectors = np.ascontiguousarray(embedded[1][[place[image_id] for image_id in ids]])
    gap, error = measure(ids, vectors, labels, base, tracks, judged, k, seed)
    real = gap > max(SURE * error, SMALLEST_GAP)
    facts = {"tracks": pattern.count, "track_gap": round(gap, 6), "track_gap_error": round(error, 6)}
    take = params.group == "filename" or (params.group == "auto" and real)
    sentence = (
        f"file names look like {pattern.count} tracks (as {pattern.example!r}): accuracy on embeddings is "
        f"{gap:+.3f} (± {error:.3f}) higher when tracks are torn over folds"
    )
    if take:
        return Grouped(tracks, facts, [f"{sentence}; they stay whole (split.group: {params.group})."])
    if not real:
        return Grouped(base, facts, [f"{sentence}: no sign of a leak, nothing to do."])
    advice = f"{sentence}: set split.group: filename to keep them whole."
    return Grouped(base, facts, [advice], [advice])


def several_tracks(labels: Labels, tracks: list[str]) -> NDArray[np.bool_]:
    """Whether an image's class lies in two tracks or more (n,): a single one can be torn, but not judged."""
    pairs = {(int(label), track) for label, track in zip(labels, tracks, strict=True)}
    counts = np.bincount([label for label, _ in pairs], minlength=int(labels.max(initial=0)) + 1)
    return np.asarray(counts[labels] > 1)


def _refuse_if_asked(params: SplitParams, ids: list[str], pattern: Pattern | None) -> None:
    if params.group != "filename":
        return
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
