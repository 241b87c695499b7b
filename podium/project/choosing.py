"""The last two: Kaggle scores two final submissions on the private board, and the better one counts.

The best by cross-validation is one. The other is the one with which the better of the two is best in
expectation: over bootstrap samples of the scored images, the same for both, the better score of the pair is
averaged. A twin of the first adds nothing; what errs on other images and is nearly as good adds most.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.experiments.earlier import Earlier
from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.metrics.intervals import replicates
from podium.metrics.metric import Metric
from podium.project.experiments import scored

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FinalCandidate:
    """A run that may be a final submission, with its public score where it was uploaded."""

    name: str
    run: Earlier
    public: float | None = None


@dataclass(frozen=True)
class Second:
    """How much a candidate beside the first adds to the better of the two, in the metric's own goodness."""

    candidate: FinalCandidate
    score: float
    adds: float


@dataclass(frozen=True)
class FinalChoice:
    """The first, and all others by what they add, the best first; why some were left out."""

    metric: str
    first: FinalCandidate
    score: float
    seconds: list[Second]
    left_out: list[str]


def choose(candidates: list[FinalCandidate], seed: int = 0) -> FinalChoice:
    """Raises UserError where nothing whole is there. Ties: the earlier candidate."""
    kept, left = _comparable(candidates)
    if not kept:
        raise UserError(
            "no whole run is here to choose from: run one on all folds first (`make experiments` lists all)."
        )
    reference = kept[0].run
    label = str(reference.metrics["metric"])
    metric = registry.suited(label, reference.competition) if reference.competition else registry.get(label)
    scores, samples = _scored(kept, metric, seed)
    best = int(np.argmax([metric.goodness(score) for score in scores]))
    sign = 1.0 if metric.greater_is_better else -1.0
    alone = (sign * samples[best]).mean()
    seconds = [
        Second(one, scores[i], float(np.maximum(sign * samples[i], sign * samples[best]).mean() - alone))
        for i, one in enumerate(kept)
        if i != best
    ]
    return FinalChoice(label, kept[best], scores[best], sorted(seconds, key=lambda s: -s.adds), left)


def lines(found: FinalChoice) -> list[str]:
    """What the terminal says."""
    said = [
        f"first: {found.first.name}, {found.score:.4f} {found.metric}, the best by CV{_public(found.first)}"
    ]
    for place, second in enumerate(found.seconds):
        word = "second" if place == 0 else "or"
        said.append(
            f"{word}: {second.candidate.name}, {second.score:.4f}: the better of the two is expected "
            f"{second.adds:.4f} better than the first alone{_public(second.candidate)}"
        )
    if not found.seconds:
        said.append("second: nothing else is whole; `make vote` of several experiments makes one")
    return said + [f"left out: {told}" for told in found.left_out]


def _public(one: FinalCandidate) -> str:
    return "" if one.public is None else f"; public {one.public}"


def _comparable(candidates: list[FinalCandidate]) -> tuple[list[FinalCandidate], list[str]]:
    """Runs of all folds (probes alone too: their submission is one), with the classes, metric and images of
    the first of them; sentences on the rest."""
    kept: list[FinalCandidate] = []
    left = []
    for one in candidates:
        if not scored(one.run):
            left.append(f"{one.name} ({one.run.metrics.get('Run', 'not whole')})")
        elif kept and not _alike(one.run, kept[0].run):
            left.append(f"{one.name} (other classes, metric or images than {kept[0].name})")
        else:
            kept.append(one)
    return kept, left


def _alike(one: Earlier, other: Earlier) -> bool:
    same = one.metrics.get("metric") == other.metrics.get("metric") and one.classes == other.classes
    return same and one.ids == other.ids


def _scored(kept: list[FinalCandidate], metric: Metric, seed: int) -> tuple[list[float], list[Floats]]:
    """Scores and paired bootstrap samples, under the labels and groups of the first."""
    table = kept[0].run.split.set_index("image_id").loc[kept[0].run.ids]
    labels, groups = table["label"].to_numpy(np.int64), table["group"].to_numpy(str)
    scores = [float(metric.function(labels, one.run.oof)) for one in kept]
    return scores, [replicates(metric, labels, one.run.oof, groups, seed) for one in kept]
