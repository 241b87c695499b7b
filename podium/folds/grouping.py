"""The groups that stay whole, and the evidence for those that nobody named."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.folds.assign import Labels, assign
from podium.folds.clues import KINDS, Clues
from podium.folds.groups import FEWEST, Pattern, from_column, merge
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError
from podium.linear import probe

FOLDS = 5  # of the two cross-validations that measure the gap
SURE = 3.0  # standard errors: a gap beyond it is no accident
SMALLEST_GAP = 0.01  # of accuracy: below it tracks cost more than they tell
JUDGED = 0.5  # of the images must be of classes with two tracks or more: else names tell the class
MOST = 0.5  # of a class in one track: more cannot be learnt from the rest
LARGEST = 0.5  # of the images in one group: not tried
SHARED = 0.5  # of the test images: where more are of training's groups, torn groups flatter no score


@dataclass
class Grouped:
    """The group of each image, facts, sentences, and those of them that a reader of the score must know."""

    groups: list[str]
    facts: dict[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def group(
    clues: Clues, twins: list[str], column: list[str | None], params: SplitParams, k: int, seed: int
) -> Grouped:
    """Duplicates' groups, joined with the column's and with those that `split.group` asks for.

    What nobody named is tried: all KINDS. Where folds that keep them whole score lower, and test images are
    not of the same groups, a reader is told what to set; warned of the widest gap. Raises UserError where
    groups are asked for that are not there.
    """
    if params.group == "none":
        return Grouped(merge(twins))
    partitions = [twins, from_column(clues.ids, column)]
    made = Grouped(merge(*partitions))
    found = {name: pattern for name, kind in KINDS.items() if (pattern := kind.find(clues))}
    wholes = {name: merge(made.groups, pattern.tracks) for name, pattern in found.items()}
    usable = [name for name in found if several_tracks(clues.labels, wholes[name]).mean() >= JUDGED]
    if params.group in KINDS and params.group not in usable:
        _refuse(params.group, clues.ids, found.get(params.group))
    base = hits(clues, made.groups, k, seed) if usable else np.empty(0, bool)
    leaks: dict[str, float] = {}  # advice -> gap
    for name in usable:
        whole = merge(made.groups, found[name].tracks)
        judged = several_tracks(clues.labels, whole)
        if params.group != name and (judged.mean() < JUDGED or _giant(whole)):
            continue  # joined with those that stay whole already
        kept = hits(clues, whole, k, seed)
        gap, error = measure(base, kept, whole, judged)
        leaky = _leaks(found[name], gap, error)
        taken = params.group == name or (params.group == "auto" and leaky)
        told = _tell(made, name, found[name], gap, error, params.group if taken else "")
        if taken:
            made.groups, base = whole, kept
        elif leaky:
            leaks[told] = gap
    made.warnings = sorted(leaks, key=lambda advice: -leaks[advice])[:1]
    return made


def _giant(groups: list[str]) -> bool:
    return max(Counter(groups).values()) > LARGEST * len(groups)


def _real(gap: float, error: float) -> bool:
    return gap > max(SURE * error, SMALLEST_GAP)


def _leaks(pattern: Pattern, gap: float, error: float) -> bool:
    return _real(gap, error) and pattern.shared <= SHARED


def _tell(made: Grouped, name: str, pattern: Pattern, gap: float, error: float, kept: str) -> str:
    """Adds the facts and the sentence on one kind of groups, `kept` whole by that setting; the sentence."""
    kind = KINDS[name]
    made.facts |= {
        kind.words: pattern.count,
        f"{kind.word}_gap": round(gap, 6),
        f"{kind.word}_gap_error": round(error, 6),
    }
    sentence = (
        f"{pattern.seen}: with {kind.words} split between folds the accuracy on embeddings changes by "
        f"{gap:+.3f} (± {error:.3f})"
    )
    if kept:
        sentence += f"; they stay whole (split.group: {kept})."
    elif not _real(gap, error):
        sentence += ": no sign of a leak, nothing to do."
    elif pattern.shared > SHARED:
        same = f"{pattern.shared:.0%} of the test images are of the same {kind.words}"
        sentence += f"; but {same}: CV asks what the test asks, nothing to do."
    else:
        sentence += f": set split.group: {name} to keep them whole."
    made.sentences.append(sentence)
    return sentence


def several_tracks(labels: Labels, tracks: list[str]) -> NDArray[np.bool_]:
    """Whether no track has most of an image's class (n,): a class of one can be torn, but not judged.

    While a track with more than MOST of a class is whole, the fold that it is in cannot be learnt.
    """
    _, codes = np.unique(np.array(tracks, dtype=str), return_inverse=True)
    pairs, held = np.unique(np.stack([labels, codes]), axis=1, return_counts=True)
    largest = np.zeros(int(labels.max(initial=0)) + 1, np.int64)
    np.maximum.at(largest, pairs[0], held)
    return np.asarray(largest[labels] <= MOST * np.bincount(labels)[labels])


def _refuse(asked: str, ids: list[str], pattern: Pattern | None) -> None:
    """Raises UserError: the groups that were asked for are not there, or tell the class."""
    if asked != "filename":
        seen = "each class has one of them" if pattern else f"there are no {KINDS[asked].needs}"
        raise UserError(
            f"params.yaml: split.group: {asked}, but {seen}: set split.group: column, and "
            "competition.group_column if there is one."
        )
    seen = "show no tracks" if pattern is None else "tell the class and no tracks within it"
    raise UserError(
        f"params.yaml: split.group: filename, but file names such as {ids[0]!r} {seen} (<track>_<frame>, at "
        f"least {FEWEST} tracks): set split.group: column, and competition.group_column if there is one."
    )


def hits(clues: Clues, groups: list[str], k: int, seed: int) -> NDArray[np.bool_]:
    """Whether a linear classifier is right (n,), out of folds that keep `groups` whole."""
    folds = assign(clues.ids, clues.labels, groups, FOLDS, seed)
    found = probe.out_of_fold(clues.vectors, clues.labels, folds, k)
    return np.asarray(found.argmax(1) == clues.labels)


def measure(
    base: NDArray[np.bool_], whole: NDArray[np.bool_], tracks: list[str], judged: NDArray[np.bool_]
) -> tuple[float, float]:
    """(accuracy of `base` hits (n,) minus that of hits with `tracks` whole, its standard error over tracks).

    Over the images `judged` (n,): a class of one track cannot be learnt while that track is whole.
    """
    change = (base.astype(float) - whole)[judged]
    _, codes = np.unique(np.array(tracks, dtype=str)[judged], return_inverse=True)
    sums = np.bincount(codes, change - change.mean())  # images of one track err together
    return float(change.mean()), float(np.sqrt((sums**2).sum()) / len(change))
