"""What is done about suspects: nothing, leave out of training, another label, less weight."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.labels.noise import Floats, Labels, Noise

WRONG = 0.5  # a suspect is left out when its label is more probably wrong than right


@dataclass(frozen=True)
class Decision:
    """What training sees: the label and weight of each image, and the word for it."""

    action: NDArray[np.str_]  # keep, relabel or drop
    labels: Labels
    weight: Floats


def report(labels: Labels, noise: Noise, confidence: float) -> Decision:
    """Nothing is changed."""
    return Decision(np.full(len(labels), "keep", dtype="U7"), labels.copy(), np.ones(len(labels)))


def drop(labels: Labels, noise: Noise, confidence: float) -> Decision:
    """Suspects whose label is more probably wrong than right get no weight."""
    out = noise.suspect & (noise.quality < WRONG)
    return Decision(np.where(out, "drop", "keep").astype("U7"), labels.copy(), np.where(out, 0.0, 1.0))


def relabel(labels: Labels, noise: Noise, confidence: float) -> Decision:
    """Suspects get the suggested label where it has at least `confidence`."""
    sure = noise.suspect & (noise.confidence >= confidence) & (noise.suggested != labels)
    return Decision(
        np.where(sure, "relabel", "keep").astype("U7"),
        np.where(sure, noise.suggested, labels),
        np.ones(len(labels)),
    )


def weight(labels: Labels, noise: Noise, confidence: float) -> Decision:
    """Every image weighs the probability that its label is right."""
    return Decision(np.full(len(labels), "keep", dtype="U7"), labels.copy(), noise.quality.copy())


POLICIES: dict[str, Callable[[Labels, Noise, float], Decision]] = {
    "report": report,
    "drop": drop,
    "relabel": relabel,
    "weight": weight,
}


def overrule(decision: Decision, labels: Labels, user: NDArray[np.str_]) -> Decision:
    """The user's words (keep, relabel, drop; empty: none) in place of the policy's; `labels` hold them."""
    told = user != ""
    return Decision(
        np.where(told, user, decision.action).astype("U7"),
        np.where(told, labels, decision.labels),
        np.where(user == "drop", 0.0, np.where(told, 1.0, decision.weight)),
    )
