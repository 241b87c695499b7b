"""What to try next: each idea with the evidence that speaks for it, and the command to copy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from podium.contracts.images import median_short_side
from podium.networks.choice import STRONG, TABLE
from podium.report.evidence import Evidence
from podium.report.scores import confused_pairs, confusion
from podium.report.search import trial
from podium.report.verdict import look, whole

SHOWN = 3
GAP = 0.02  # training accuracy above validation accuracy, beyond which the network learns by heart
LARGER = 1.3  # times the network's input that images are, for a larger input to show more
STEP = 1.5  # by which the input then grows
LARGEST = 320  # pixels
FEW = 2000  # labelled images below which more folds leave noticeably more to learn from
SECOND = "tf_efficientnet_lite1"  # its weights come with a package
PUBLISHED = {one.name for one in (*TABLE, *STRONG)}  # which a GPU with a hub trains
FIRST = 1.0  # promise of what must come before all else
TRAINING = ("select", "train@")  # stages that train: select trains the fold of its trial


@dataclass(frozen=True)
class Idea:
    """An idea; `promise`: the share of images that it could at most put right."""

    promise: float
    text: str
    command: str


def ideas(run: Evidence) -> list[Idea]:
    """The three that promise most; equal ones in the order of IDEAS."""
    found = [idea for think in IDEAS for idea in think(run)]
    return sorted(found, key=lambda idea: -idea.promise)[:SHOWN]


def experiment(*settings: str) -> str:
    """The command that tries settings: it names wrong ones, and needs no environment to be activated."""
    return f'make experiment SET="{" ".join(f"-S {setting}" for setting in settings)}"'


def _cost(run: Evidence, factor: float = 1.0) -> str:
    """A sentence on how long training takes when it is `factor` times this run's; empty where unknown."""
    seconds = factor * sum(took.seconds for took in run.taken if took.stage.startswith(TRAINING))
    trained = {took.stage for took in run.taken if took.stage.startswith("train@")}
    if not run.cards or len(trained) < len(run.cards):  # folds from DVC's cache took no time
        return ""
    return f" Training would take about {max(1, round(seconds / 60))} min."


def _wrong(run: Evidence) -> np.ndarray:
    """Which images are decided wrongly; label sets and numbers are right by degrees: none."""
    if not _one_class(run):
        return np.zeros(len(run.ids), bool)
    return np.asarray(run.oof.argmax(1) != run.labels)


def _one_class(run: Evidence) -> bool:
    return run.competition.task in ("single", "ordinal")


def _all_folds(run: Evidence) -> list[Idea]:
    if whole(run):
        return []
    there = sorted({int(fold) for fold in run.folds["fold"] if fold >= 0})
    settings, text = [], "Linear probes alone are a first look: see whether a trained network is better."
    if look(run):
        settings.append("effort=auto")
    ran = len(set(run.fold_of.tolist()))
    if ran < len(there):
        settings.append(f"'folds=[{','.join(map(str, there))}]'")
        text = "Run all folds on all images first: what a partial run shows may be chance."
        text += _cost(run, len(there) / ran)
    return [Idea(FIRST, text, experiment(*settings))]


def _labels(run: Evidence) -> list[Idea]:
    wrong = _wrong(run)
    suspects = run.clean.set_index("image_id")["suspect"].reindex(run.ids).fillna(False).to_numpy(bool)
    both = int((wrong & suspects).sum())
    if not both:
        return []
    text = (
        f"{both} of {int(wrong.sum())} mistakes are on images whose label is suspect. Look at them in "
        f"data/clean/review.html, save corrections.csv, then run again.{_cost(run)}"
    )
    return [Idea(both / len(wrong), text, "make experiment NAME=corrected")]


def _pair(run: Evidence) -> list[Idea]:
    if not _one_class(run) or not run.cards:  # linear probes learn from no copies
        return []
    names = run.competition.classes
    counts = confusion(run.labels, run.oof.argmax(1), len(names))
    pairs = confused_pairs(counts + counts.T - np.diag(np.diag(counts)), names, 1)
    total = int(_wrong(run).sum())
    if not pairs or pairs[0][2] < 2 or run.params.get("augment", {}).get("hard_examples", {}).get("teacher"):
        return []
    one, other, times = pairs[0]
    text = (
        f"{one} and {other} are taken for each other {times} times, of {total} mistakes in all: more copies "
        f"of what this run got wrong may part them.{_cost(run)}"
    )
    return [Idea(times / len(run.ids), text, experiment("augment.hard_examples.teacher=this"))]


def _size(run: Evidence) -> list[Idea]:
    if not run.cards:
        return []
    size = run.cards[0].preprocessing.size
    short = int(median_short_side(run.images))
    if short < LARGER * size or size >= LARGEST:
        return []
    larger = min(LARGEST, short, round(STEP * size / 32) * 32)
    text = f"Images are {short} pixels on the short side, the network sees {size}: a larger input shows more."
    text += _cost(run, (larger / size) ** 2)
    return [Idea(float(_wrong(run).mean()) / 4, text, experiment(f"image.size={larger}"))]


def _fit(run: Evidence) -> list[Idea]:
    """Learnt by heart, or not learnt out: training accuracy beside validation accuracy tells.

    Where a trial measured what the network knows of its own images, more epochs are its word alone.
    """
    ends = [
        (values["train_accuracy"][-1], values["val_accuracy"][-1])
        for values in run.histories.values()
        if values.get("train_accuracy") and values.get("val_accuracy")
    ]
    if not ends:
        return []
    train, check = (float(np.mean(part)) for part in zip(*ends, strict=True))
    seen = f"The networks are right on {train:.1%} of what they trained on and {check:.1%} of the rest"
    if train - check > GAP:
        text = f"{seen}: they learn by heart. Stronger augmentation makes that harder.{_cost(run)}"
        return [Idea((train - check) / 2, text, experiment("augment.policy=randaugment"))]
    epochs = run.cards[0].resolved.get("epochs") if run.cards else None
    tried = trial()
    if not isinstance(epochs, int) or (tried is not None and not tried.unfinished):
        return []
    if tried is not None:
        seen = (
            f"A network has a loss of {tried.seen:.2f} on its own images and {tried.network:.2f} on the rest"
        )
    text = f"{seen}: twice the epochs, {2 * epochs}, may teach it more.{_cost(run, 2)}"
    return [Idea(max(0.0, 1 - train) / 2, text, experiment(f"train.epochs={2 * epochs}"))]


def _vote(run: Evidence) -> list[Idea]:
    if len(run.voters.get("members", [])) > 1 or not run.cards or run.cards[0].model == SECOND:
        return []
    text = "Another network errs on other images: two that vote together are nearly always better than one."
    text += _cost(run)
    own = run.cards[0].model
    who = f"{own} strong" if own in PUBLISHED else f"{own} {SECOND}"
    return [Idea(float(_wrong(run).mean()) / 5, text, f'make vote MODELS="{who}"')]


def _effort(run: Evidence) -> list[Idea]:
    if run.cards or not whole(run) or run.params.get("effort") != "auto":
        return []
    text = (
        "A trial of one fold found that a network adds nothing here. effort=high tries larger images, more "
        "epochs and further probes; it takes several times as long."
    )
    return [Idea(float(_wrong(run).mean()) / 6, text, experiment("effort=high"))]


def _folds(run: Evidence) -> list[Idea]:
    k = int(run.params.get("split", {}).get("k", 5))
    if not whole(run) or len(run.ids) > FEW or k >= 10:
        return []
    text = (
        f"Each network learns from {1 - 1 / k:.0%} of {len(run.ids)} images; with ten folds it would be 90%."
    )
    text += _cost(run, 10 / k * 0.9 / (1 - 1 / k))
    share = float(_wrong(run).mean()) / 8
    return [Idea(share, text, experiment("split.k=10", "'folds=[0,1,2,3,4,5,6,7,8,9]'"))]


IDEAS: tuple[Callable[[Evidence], list[Idea]], ...] = (
    _all_folds,
    _labels,
    _pair,
    _size,
    _fit,
    _vote,
    _effort,
    _folds,
)
