"""Can the score be trusted? One point a thing that could make it lie, each good or not, with its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from podium.contracts import metrics
from podium.report import search
from podium.report.blocks import number
from podium.report.evidence import Evidence

AUC_SEEN = 0.6  # beyond it test images look different
NOISY = 0.05  # share of wrong labels beyond which they limit the score
SHARED = 0.05  # share of test images whose duplicates train
FLATTERED = 0.05  # share of the probes' loss that choosing among them hides
SMALL = 30  # images of the smallest class below which its own score says little


@dataclass(frozen=True)
class Point:
    """One thing that was looked at."""

    good: bool
    title: str
    reason: str


def points(run: Evidence) -> list[Point]:
    """What was looked at, the doubtful first, in a fixed order."""
    found = [point for look in LOOKS for point in look(run)]
    return sorted(found, key=lambda point: point.good)


def headline(found: list[Point]) -> str:
    """The verdict in a few words."""
    doubts = [point.title for point in found if not point.good]
    if not doubts:
        return "Yes: nothing that was looked at speaks against it."
    return f"With care: {', '.join(title[0].lower() + title[1:] for title in doubts)}."


def fact(run: Evidence, name: str) -> Any:
    """A number that some stage left in its facts.json; None where none did."""
    return next((told.values[name] for told in run.facts if name in told.values), None)


def whole(run: Evidence) -> bool:
    """Whether the run used all its folds and all images."""
    return not look(run) and len(set(run.fold_of.tolist())) >= _folds(run)


def look(run: Evidence) -> bool:
    """A first look only: linear probes in place of a network; its own record goes before params.yaml."""
    if metrics.RUN in run.metrics:
        return metrics.partial(run.metrics).startswith(metrics.PROBES)
    return run.params.get("effort") == "probe"


def _folds(run: Evidence) -> int:
    return len({int(fold) for fold in run.folds["fold"] if fold >= 0})


def _whole(run: Evidence) -> list[Point]:
    ran, there = len(set(run.fold_of.tolist())), _folds(run)
    if look(run):
        reason = "Linear probes on frozen networks only: whether a trained network is better was not tried."
        return [Point(False, "No network trained", reason)]
    if ran < there:
        reason = f"{ran} of {there} folds ran: the score stands on {len(run.ids)} {run.unit} only."
        return [Point(False, "Not all folds", reason)]
    return [Point(True, "Whole", f"All {there} folds, {len(run.ids)} {run.unit}, each scored once.")]


def _metric(run: Evidence) -> list[Point]:
    assumed = any(f.what == "metric" and f.warning for f in run.findings)
    name = run.competition.metric
    if assumed:
        reason = f"{name} follows from the submission's form. Is it another? Set competition.metric."
        return [Point(False, "Metric assumed", reason)]
    return [Point(True, "Metric", f"{name}, as the competition or you say.")]


def _alike(run: Evidence) -> list[Point]:
    auc = fact(run, "adversarial_auc")
    if auc is None:
        return []
    told = f"A classifier tells test from training images with AUC {auc:.2f} (0.5: cannot, 1: always)."
    if auc > AUC_SEEN:
        return [Point(False, "Test looks different", f"{told} The leaderboard may differ from this score.")]
    return [Point(True, "Test looks like training", told)]


def _duplicates(run: Evidence) -> list[Point]:
    groups, images = fact(run, "duplicate_groups_with_test"), fact(run, "duplicates")
    if groups is None:
        return []
    tests = max(1, int((run.images["subset"] == "test").sum()))
    told = f"{images} images have duplicates; a group stays in one fold, so none helps the score."
    if groups / tests > SHARED:
        reason = f"{groups} test images or more are also in training: the leaderboard may be higher."
        return [Point(False, "Test images in training", reason)]
    return [Point(True, "Duplicates kept together", f"{told} {groups} groups reach into test.")]


def _noise(run: Evidence) -> list[Point]:
    share = fact(run, "noise_estimate")
    if share is None:
        return []
    told = f"About {share:.1%} of labels may be wrong ({fact(run, 'suspects')} suspects)."
    if share > NOISY:
        return [
            Point(
                False,
                "Labels are noisy",
                f"{told} No model can score much above {1 - share:.0%} of right answers.",
            )
        ]
    return [Point(True, "Labels are clean", told)]


def _choice(run: Evidence) -> list[Point]:
    notes = sorted({note for card in run.cards for note in card.notes if "optimis" in note})
    if notes:
        return [Point(False, "The score chose something", notes[0])]
    told = "Epochs, voter and calibration were chosen on other images than they are scored on."
    known = search.optimism()
    if known is None or known.candidates < 2:
        return [Point(True, "Nothing chosen on its own score", told)]
    told += (
        f" The probes' size, crop and networks were chosen among {known.candidates} on the images that are "
        f"scored, which makes their loss {known.share:.1%} too small."
    )
    if known.share > FLATTERED:
        return [Point(False, "The choice is optimistic", told)]
    return [Point(True, "The choice is hardly optimistic", told)]


def _vote(run: Evidence) -> list[Point]:
    """Whether the vote is worth its members."""
    worse = [str(told) for told in run.voters.get("why", []) if "worse than its best member" in str(told)]
    return [Point(False, "The vote loses", told) for told in worse]


def _classes(run: Evidence) -> list[Point]:
    if run.competition.task not in ("single", "ordinal"):
        return []
    counts = [int((run.labels == label).sum()) for label in range(len(run.competition.classes))]
    few = [f"{name} ({n})" for name, n in zip(run.competition.classes, counts, strict=True) if n < SMALL]
    if not few:
        return []
    listed = ", ".join(few[:3]) + (f" and {len(few) - 3} more" if len(few) > 3 else "")
    return [
        Point(False, "Few images in some classes", f"Scored images: {listed}. Their own scores are rough.")
    ]


def _told(run: Evidence) -> list[Point]:
    """What the stages themselves warn of."""
    return [
        Point(False, f"From {told.stage}", str(note))
        for told in run.facts
        for note in told.values.get("warnings", [])
        if "AUC" not in str(note)  # said above, in plainer words
    ]


def _width(run: Evidence) -> list[Point]:
    low, high = run.metrics.get("cv_low"), run.metrics.get("cv_high")
    if low is None or high is None:
        return []
    half, scored = (float(high) - float(low)) / 2, len(run.ids)
    told = f"With {scored} {run.unit} the score is known to about ± {number(half)}."
    asked = run.images.loc[run.images["subset"] == "test", "submission_id"].nunique()
    if asked and not run.competition.notebooks_only:  # whose test set is not here
        board = half * float(np.sqrt(1 + scored / asked))
        told += f" One on {asked} test {run.unit} has chance of its own: about ± {number(board)} from it."
    return [Point(True, "How exact", told)]


LOOKS: tuple[Callable[[Evidence], list[Point]], ...] = (
    _whole,
    _metric,
    _alike,
    _duplicates,
    _noise,
    _choice,
    _vote,
    _classes,
    _told,
    _width,
)
