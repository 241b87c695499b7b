"""The cleaned labels: the user's word, then the policy's, over suspects found out of fold."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import embeddings
from podium.duplicates.find import group_of
from podium.folds.assign import Folds, Labels, assign
from podium.folds.groups import from_column, merge
from podium.foundation.errors import UserError
from podium.labels import judges, noise, targets
from podium.labels.actions import POLICIES, overrule
from podium.labels.params import LabelParams
from podium.linear import probe
from podium.metrics.rows import ROWS
from podium.tasks.kinds.single import TASK as SINGLE
from podium.tasks.limits import only_classes
from podium.tasks.task import Task

FOLDS = 5  # of the out-of-fold probabilities that find suspects
TORN = 0.5  # the highest quality of a label that a duplicate contradicts


@dataclass(frozen=True)
class CleaningInputs:
    """What judges the labels: rows sorted by image_id."""

    ids: list[str]
    vectors: probe.Vectors  # (n, d)
    labels: Labels  # as given
    twins: list[str]  # the group of duplicates of each image
    groups: list[str]  # the same, joined with the user's column
    folds: Folds


@dataclass(frozen=True)
class Cleaned:
    """The table of data/clean/labels.csv with `shipped`, `told`, `suggested`, `accusers`; how it came."""

    table: pd.DataFrame
    accuracy: float  # of the linear classifier, out of fold, under the given labels
    policy: str  # what `auto` became
    trial: dict[str, float]  # each policy's accuracy, where `auto` tried them
    sentences: list[str] = field(default_factory=list)  # what the judges say


def gather(
    given: pd.DataFrame,
    every: pd.DataFrame,
    vectors: NDArray[np.float32],
    twins: pd.DataFrame,
    classes: list[str],
    seed: int,
    company: dict[str, str] | None = None,
) -> CleaningInputs:
    """Joins `given` (image_id, label_given, group) with the vectors of `every` and with duplicates.

    company: image_id -> row, of images that are one row of the submission: they stay together, too.
    """
    ids = given["image_id"].tolist()
    rows = np.searchsorted(every["image_id"].to_numpy(str), np.array(ids, dtype=str))
    number = {name: label for label, name in enumerate(classes)}
    labels = np.array([number[label] for label in given["label_given"]], dtype=np.int64)
    same = group_of(ids, twins)
    rows_of = [(company or {}).get(name, name) for name in ids]
    groups = merge(same, from_column(ids, given["group"].tolist()), rows_of)
    mine = embeddings.taken(vectors, rows)
    return CleaningInputs(ids, mine, labels, same, groups, assign(ids, labels, groups, FOLDS, seed))


def clean(
    given: pd.DataFrame,
    material: CleaningInputs,
    classes: list[str],
    params: LabelParams,
    seed: int,
    table: NDArray[np.float32] | None = None,
    task: Task = SINGLE,
) -> Cleaned:
    """Suspects among `given` (user, note: rows of `material`) and what `params.policy` does about them.

    What the user said is no suspect and is not changed.
    """
    k, labels = len(classes), material.labels
    _refuse_policy(params, task)
    answers = np.eye(k, dtype=np.float32) if table is None else table
    verdict = _judged(material, answers, classes, params, task)
    found = verdict.noise
    policy, trial = _policy(material, params, k, seed)
    user = given["user"].to_numpy(str)
    decision = overrule(POLICIES[policy](labels, found, params.confidence), labels, user)
    torn = noise.torn_groups(labels, material.twins)
    told = user != ""
    quality = np.where(torn, np.minimum(found.quality, TORN), found.quality)
    names = np.array(classes, dtype=object)
    frame = pd.DataFrame(
        {
            "image_id": material.ids,
            "label": names[decision.labels],
            "label_given": names[labels],
            "action": decision.action,
            "suspect": (found.suspect | torn) & ~told,
            "quality": np.where(told, 1.0, quality).round(6),
            "reason": _reasons(given, found.suspect, torn),
            "weight": decision.weight.round(6),
            "suggested": names[found.suggested],
            "shipped": given["shipped"].to_numpy(object),
            "told": told,
            "accusers": verdict.accusers,
        }
    )
    right = ROWS[task.truth].hits(answers[labels], found.probs)
    return Cleaned(frame, float(right.mean()), policy, trial, verdict.sentences)


def _judged(
    material: CleaningInputs,
    answers: NDArray[np.float32],
    classes: list[str],
    params: LabelParams,
    task: Task,
) -> judges.JudgedLabels:
    """The probe's suspects; where an image has one class, with the other judges beside it."""
    m = material
    first = targets.find(m.vectors, m.labels, m.folds, answers, task)
    if params.teacher is not None:
        only_classes(task, "labels.teacher", "set it to null")
    if task.truth != "labels":
        return judges.JudgedLabels(first, [""] * len(m.ids), [])
    teacher = None if params.teacher is None else judges.taught(params.teacher, m.ids, classes)
    near = judges.neighbours(m.vectors, m.labels, m.twins, len(classes))
    return judges.judge(first, m.labels, near, teacher)


def _refuse_policy(params: LabelParams, task: Task) -> None:
    if task.truth != "labels" and params.policy in ("relabel", "auto"):
        raise UserError(
            f"params.yaml: labels.policy: {params.policy} changes one class into another, the task is "
            f"{task.name}: choose report, drop or weight, or write data/corrections.csv."
        )


def _policy(material: CleaningInputs, params: LabelParams, k: int, seed: int) -> tuple[str, dict[str, float]]:
    if params.policy != "auto":
        return params.policy, {}
    from podium.labels.auto import choose

    m = material
    trial = choose(m.ids, m.vectors, m.labels, m.groups, m.folds, k, params.confidence, seed)
    return trial.policy, trial.accuracy


def _reasons(given: pd.DataFrame, suspect: NDArray[np.bool_], torn: NDArray[np.bool_]) -> list[str]:
    found = []
    for told, note, wrong, apart in zip(given["user"], given["note"], suspect, torn, strict=True):
        if told:
            found.append(f"corrections.csv: {note}" if note else "corrections.csv")
            continue
        parts = ["the images of other folds say otherwise"] if wrong else []
        found.append("; ".join(parts + (["a duplicate has another label"] if apart else [])))
    return found
