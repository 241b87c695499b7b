"""Test images whose label is known, for they duplicate training images: what `leak.use_test_duplicates` uses.

The leak is the competition's. It says nothing about other images, so out-of-fold scores never see it.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.foundation.words import counted
from podium.tasks.kinds.single import TASK as SINGLE
from podium.tasks.limits import only_classes
from podium.tasks.task import Task

TEST = "test/"  # how the image_id of a test image begins
LEAD = 0.01  # that the label keeps over the next: the smallest step of a probability of two decimals
COLUMNS = ["image_id", "label", "voted", "before", "after"]

SHOWN = ("test image duplicates", "test images duplicate")
Probs = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Test images with a label that all their duplicates in training have, and how far to trust it.

    `groups` groups of duplicates within training allow the same conclusion about their own images; `agreed`
    of them bear it out: a group counts as the share of its images that do, however many they are.
    """

    labels: dict[str, int]  # image_id -> class
    torn: int  # test images whose duplicates disagree
    groups: int
    agreed: float

    @property
    def trust(self) -> float:
        """The probability that such a label is right, in (0, 1): Laplace's rule of succession."""
        return (self.agreed + 1) / (self.groups + 2)


def find(
    cleaned: pd.DataFrame, twins: pd.DataFrame, classes: list[str], task: Task = SINGLE, used: bool = False
) -> Answers:
    """From data/clean's labels and duplicates. An image that was dropped does not speak.

    A training image is judged by what its duplicates say, as if it were a test image, on its given label.
    Label sets and numbers have none: UserError where they are to be used.
    """
    if used:
        only_classes(task, "leak.use_test_duplicates: true", "set it to false")
    if task.truth != "labels":
        return Answers({}, 0, 0, 0.0)
    kept = cleaned[cleaned["action"] != "drop"]
    said = dict(zip(kept["image_id"], kept["label"], strict=True))
    given = dict(zip(cleaned["image_id"], cleaned["label_given"], strict=True))
    labels: dict[str, int] = {}
    shares: list[float] = []
    torn = 0
    for _, group in twins.groupby("group", sort=True)["image_id"]:
        members = group.tolist()
        votes = Counter(said[image] for image in members if image in said)
        hidden = [image for image in members if image.startswith(TEST)]
        if len(votes) == 1:
            labels |= dict.fromkeys(hidden, classes.index(next(iter(votes))))
        torn += len(hidden) if len(votes) > 1 else 0
        right = _borne_out([image for image in members if image in given], votes, said, given)
        shares += [sum(right) / len(right)] if right else []
    return Answers(labels, torn, len(shares), sum(shares))


def _borne_out(
    members: list[str], votes: "Counter[str]", said: dict[str, str], given: dict[str, str]
) -> list[bool]:
    """For each training image whose duplicates agree on a label: whether it has that label."""
    right = []
    for image in members:
        others = votes - Counter([said[image]] if image in said else [])
        right += [given[image] in others] if len(others) == 1 else []
    return right


@dataclass(frozen=True)
class Answered:
    """The vote before and after: probs (t, k); `rows` are the images with an answer, `labels` what it is."""

    ids: list[str]
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    voted: Probs
    probs: Probs
    answers: Answers

    @cached_property
    def against(self) -> int:
        """How many answers the vote decides otherwise."""
        return int((self.voted[self.rows].argmax(1) != self.labels).sum())

    @cached_property
    def changed(self) -> int:
        """How many rows differ: the vote can be surer of the same label than the answer is."""
        return int((self.voted != self.probs).any(1).sum())

    def csv(self, classes: list[str]) -> str:
        """COLUMNS: each answer, the class that the vote had, and the label's probability before and after."""
        names, rows = np.array(classes, dtype=object), self.rows
        before, after = (probs[rows, self.labels].round(6) for probs in (self.voted, self.probs))
        images, voted = np.array(self.ids, dtype=object)[rows], names[self.voted[rows].argmax(1)]
        values = [images, names[self.labels], voted, before, after]
        table = pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))
        return table.to_csv(index=False, lineterminator="\n")


def answer(ids: list[str], voted: Probs, answers: Answers) -> Answered:
    """The vote (t, k) of `ids` with the answers put in.

    The label gets the answers' trust, or more where the vote already gives it more; it leads in any case.
    The other classes share the rest as the vote shares it.
    """
    rows = np.array([row for row, name in enumerate(ids) if name in answers.labels], np.int64)
    labels = np.array([answers.labels[ids[row]] for row in rows], np.int64)
    own = voted[rows, labels]
    put = _others(voted[rows], labels)
    most = put.max(1, initial=0)
    sure = np.maximum(answers.trust, (most + LEAD) / (1 + most))
    put *= 1 - sure[:, None]
    put[np.arange(len(rows)), labels] = sure
    probs = voted.copy()
    probs[rows] = np.where((sure > own)[:, None], put, voted[rows])
    return Answered(ids, rows, labels, voted, probs, answers)


def _others(voted: Probs, labels: NDArray[np.int64]) -> Probs:
    """(n, k) how the vote divides between the classes that are not the label; evenly where it is certain."""
    others = voted.copy()
    others[np.arange(len(labels)), labels] = 0
    left = others.sum(1, keepdims=True)
    even = np.full_like(others, 1 / max(1, voted.shape[1] - 1))
    even[np.arange(len(labels)), labels] = 0
    return np.where(left > 0, others / np.where(left > 0, left, 1), even)


def facts(found: Answered, used: bool) -> dict[str, Any]:
    """Numbers for the report, and `sentences` for it and the log."""
    a, n = found.answers, len(found.rows)
    values = {
        "test_duplicates": n,
        "test_duplicates_against_the_vote": found.against,
        "test_duplicates_changed": found.changed if used else 0,
        "test_duplicates_disagreeing": a.torn,
        "test_duplicates_trust": round(a.trust, 6),
    }
    rows, trusted = counted(found.changed, "row"), counted(a.groups, "group")
    first = f"{counted(n, *SHOWN)} training images that all have one label"
    if used:
        first += (
            f" and take it (leak.use_test_duplicates): {rows} of the submission changed, "
            f"{found.against} against the vote, to a probability of {a.trust:.4f} or more; "
        )
    else:
        first += (
            f"; the vote gives {found.against} of them another. The vote stands, for "
            "leak.use_test_duplicates is off; "
        )
    first += (
        f"among training's own duplicates, such a label is right in {a.agreed:g} of {trusted}."
        if a.groups
        else "training has no duplicates to tell how often such a label is right."
    )
    warned = (
        f"{counted(n, 'test image has', 'test images have')} the label of their duplicates in training "
        "(leak.use_test_duplicates): the public score says less about other images than the CV score does."
    )
    sentences = [first] if n else []
    if a.torn:
        sentences.append(f"{counted(a.torn, *SHOWN)} training images under several labels: the vote stands.")
    return values | {"sentences": sentences, "warnings": [warned] if used and n else []}
