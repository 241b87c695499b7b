"""Who judges the labels beside the probe: the images most alike, and an earlier run's networks.

An earlier run's out-of-fold predictions are the stronger judge: people err where an image is hard, there a
probe on few images doubts by itself, and probabilities alone do not say which of the two it is. Where a
teacher is named, it ranks the suspects; the others say whether they agree. Measured in
benchmarks/results/human_noise.md.
"""

from dataclasses import dataclass, replace

import numpy as np

from podium.experiments import earlier
from podium.foundation.errors import UserError
from podium.labels import noise
from podium.labels.noise import Labels, Noise, Probs
from podium.linear.cosines import centred
from podium.linear.probe import Vectors

KEY = "params.yaml: labels.teacher"
PROBE, ALIKE, TEACHER = "a linear classifier", "the images most like it", "the earlier run's networks"
COUNT = 10  # images most alike that vote
BLOCK = 250  # rows at once: their cosines to ASKED images are 20 MB, and their order twice that
ASKED = 20_000  # of more images so many, evenly spread, may vote


@dataclass(frozen=True)
class JudgedLabels:
    """The suspects, who of the judges calls each image what is suggested (n,), and sentences."""

    noise: Noise
    accusers: list[str]  # names, between commas
    sentences: list[str]


def neighbours(vectors: Vectors, labels: Labels, groups: list[str], k: int) -> Probs:
    """(n, k) the given labels of the COUNT images most alike by centred cosine, as probabilities.

    An image's own group has no vote; the classes' shares count as one more image.
    """
    units = centred(vectors)
    group = np.unique(np.array(groups), return_inverse=True)[1]
    asked = np.arange(0, len(labels), -(-len(labels) // ASKED))
    count = min(COUNT, len(asked) - 1)
    votes = np.tile(np.bincount(labels, minlength=k) / max(len(labels), 1), (len(labels), 1))
    known = units[asked]
    for start in range(0, len(labels), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(labels)))
        alike = np.round(units[start : start + BLOCK] @ known.T, 5)
        alike[group[rows][:, None] == group[asked][None]] = -np.inf
        near = np.argpartition(-alike, count, axis=1)[:, :count]
        for column in near.T:
            votes[rows, labels[asked[column]]] += np.isfinite(alike[np.arange(len(rows)), column])
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def taught(revision: str, ids: list[str], classes: list[str]) -> Probs:
    """(n, k) the earlier run's out-of-fold predictions; not a number where it has none.

    Raises UserError where the revision holds no finished run of the same classes, or predicts none of `ids`.
    """
    run = earlier.read(revision)
    if run is None:
        raise UserError(
            f"{KEY}: {revision[:7]} holds no finished run that is here: name one of `dvc exp list "
            "--sha-only`, or fetch it with `dvc exp pull`."
        )
    if run.classes != classes:
        raise UserError(f"{KEY}: {revision[:7]} knows other classes: name a run on this competition.")
    place = {name: row for row, name in enumerate(run.ids)}
    rows = np.array([place.get(name, -1) for name in ids], np.int64)
    if (rows < 0).all():
        raise UserError(f"{KEY}: {revision[:7]} predicts none of these images: name a run on this data.")
    found = np.full((len(ids), len(classes)), np.nan)
    found[rows >= 0] = run.oof[rows[rows >= 0]]
    return found


def judge(first: Noise, labels: Labels, near: Probs, teacher: Probs | None) -> JudgedLabels:
    """The probe's suspects `first`, or the teacher's where it has predictions; and who agrees."""
    found = first if teacher is None else _second(first, labels, teacher)
    judges = {PROBE: first.probs, ALIKE: near} | ({} if teacher is None else {TEACHER: teacher})
    calls = {name: _calls(probs, labels) for name, probs in judges.items()}
    accusers = [
        ", ".join(name for name, called in calls.items() if called[row] == found.suggested[row])
        for row in range(len(labels))
    ]
    differ = {name: float((called != labels).mean()) for name, called in calls.items()}
    told = ", ".join(f"{name} {share:.1%}" for name, share in differ.items())
    together = np.all([called != labels for called in calls.values()], axis=0)
    sentence = (
        f"given labels that each judge disputes: {told}; {int(together.sum())} labels are disputed by all."
    )
    return JudgedLabels(found, accusers, [sentence])


def _calls(probs: Probs, labels: Labels) -> Labels:
    """(n,) the class that a judge takes; the given label where it has not looked."""
    looked = np.isfinite(probs).all(axis=1)
    return np.where(looked, np.nan_to_num(probs).argmax(axis=1), labels)


def _second(first: Noise, labels: Labels, teacher: Probs) -> Noise:
    seen = np.isfinite(teacher).all(axis=1)
    again = noise.judge(teacher[seen], labels[seen], trusted=True)
    parts = {}
    for name in ("suspect", "quality", "suggested", "confidence"):
        parts[name] = getattr(first, name).copy()
        parts[name][seen] = getattr(again, name)
    return replace(first, **parts)
