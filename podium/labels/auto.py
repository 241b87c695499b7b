"""Which policy pays: each is tried on training folds and judged on folds it never saw."""

from dataclasses import dataclass

import numpy as np

from podium.folds.assign import Folds, Labels, assign
from podium.labels import noise
from podium.labels.actions import POLICIES
from podium.linear import probe

SURE = 2.0  # standard errors of the paired gain in accuracy
INNER = 4  # folds within the training folds


@dataclass(frozen=True)
class PolicyTrial:
    """What `auto` became, and each policy's accuracy under the given labels."""

    policy: str
    accuracy: dict[str, float]


def choose(
    ids: list[str],
    vectors: probe.Vectors,
    labels: Labels,
    groups: list[str],
    folds: Folds,
    k: int,
    confidence: float,
    seed: int,
) -> PolicyTrial:
    """The policy with the best accuracy on given labels, if its gain over report is beyond 2 standard errors.

    For each fold, suspects are found and treated with the other folds alone.
    """
    hits = {name: np.zeros(len(labels)) for name in POLICIES}
    for fold in np.unique(folds):
        rows, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        inner = assign([ids[row] for row in rows], labels[rows], [groups[row] for row in rows], INNER, seed)
        found = noise.find(vectors[rows], labels[rows], inner, k)
        for name, policy in POLICIES.items():
            done = policy(labels[rows], found, confidence)
            guess = probe.predict(vectors[rows], done.labels, done.weight, vectors[held], inner, k)
            hits[name][held] = guess.argmax(axis=1) == labels[held]
    accuracy = {name: float(hit.mean()) for name, hit in hits.items()}
    best = max(POLICIES, key=lambda name: accuracy[name])  # ties: the first, so report
    gain = hits[best] - hits["report"]
    error = float(gain.std() / np.sqrt(len(gain)))
    return PolicyTrial(best if gain.mean() > SURE * error else "report", accuracy)
