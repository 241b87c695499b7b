"""Pseudo-labels: thresholds by hand, caps, and nothing of the student's fold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.contracts import pseudo
from podium.experiments.runs import Member
from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.pseudo import labels
from podium.pseudo.params import PseudoParams

PARAMS = PseudoParams(teacher="c" * 40, precision=0.8, cap=10)


def test_thresholds_by_hand() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6])
    probs = np.stack([sure, 1 - sure], 1)  # all decided as class 0; right, right, wrong, right
    truth = np.array([0, 0, 1, 0])
    assert labels.precise(probs, truth, 1.0)[0] == 0.8
    assert labels.precise(probs, truth, 0.75)[0] == 0.6  # 3 of 4
    assert labels.precise(probs, np.array([1, 0, 0, 0]), 0.9)[0] == labels.NEVER
    assert labels.precise(probs, truth, 0.75)[1] == labels.NEVER  # nothing was decided as class 1


def test_equal_probabilities_stand_on_one_side() -> None:
    probs = np.array([[0.9, 0.1], [0.7, 0.3], [0.7, 0.3]])
    assert labels.precise(probs, np.array([0, 0, 1]), 0.9)[0] == 0.9  # with one 0.7 comes the other


def test_caps_by_hand() -> None:
    # 30 images at shares 0.9 and 0.1, half as many again: 40.5 and 4.5; 0.5 times the labelled: 45 and 5
    assert labels.limits(np.array([90, 10]), 30, 0.5).tolist() == [41, 5]
    assert labels.limits(np.array([90, 10]), 30, 0.1).tolist() == [9, 1]


def test_of_too_many_the_surest() -> None:
    probs = np.array([[0.7, 0.3], [0.9, 0.1], [0.8, 0.2], [0.4, 0.6]])
    assert labels.surest(probs, np.array([0.5, 0.5]), np.array([2, 5])).tolist() == [1, 2, 3]
    assert labels.surest(probs, np.array([0.85, 0.7]), np.array([2, 5])).tolist() == [1]


def case(seed: int = 0) -> tuple[Member, pd.DataFrame]:
    """A teacher of three folds on 60 labelled, 20 test, 10 unlabelled and 6 hold-out images."""
    generator = np.random.default_rng(seed)
    ids = [f"train/{i:03d}" for i in range(66)]
    truth = generator.integers(0, 3, 66)
    fold = np.r_[np.arange(60) % 3, np.full(6, -1)]
    split = pd.DataFrame({"image_id": ids, "label": truth, "group": ids, "fold": fold})
    others = [f"test/{i:02d}" for i in range(20)] + ids[60:] + [f"unlabelled/{i}" for i in range(10)]
    oof = generator.dirichlet(np.ones(3), 60) + 1.5 * np.eye(3)[truth[:60]]
    test = generator.dirichlet(np.full(3, 0.3), (3, len(others)))
    made = Member("t", ids[:60], oof / oof.sum(1, keepdims=True), [0, 1, 2], others, test)
    return made, split


@given(st.integers(0, 1000), st.sampled_from(["soft", "hard"]))
@settings(max_examples=20, deadline=None)
def test_nothing_of_the_students_fold_reaches_it(seed: int, kind: str) -> None:
    teacher, split = case(seed)
    params = PARAMS.model_copy(update={"labels": kind})
    before = labels.teach(teacher, split, 1, params)
    # Other labels in fold 1, other predictions of fold 1, and other models than fold 1's change nothing.
    other = split.assign(label=np.where(split["fold"] == 1, (split["label"] + 1) % 3, split["label"]))
    in_fold = np.arange(60) % 3 == 1
    oof = np.where(in_fold[:, None], teacher.oof[:, ::-1], teacher.oof)
    test = teacher.test.copy()
    test[[0, 2]] = 1 / 3
    after = labels.teach(replace(teacher, oof=oof, test=test), other, 1, params)
    assert (before.rows == after.rows).all() and (before.probs == after.probs).all()


def test_only_images_without_labels_are_taught() -> None:
    teacher, split = case()
    taught = labels.teach(teacher, split, 0, PARAMS)
    ids = {teacher.test_ids[row] for row in taught.rows}
    assert ids and not ids & set(split["image_id"])
    only = labels.teach(teacher, split, 0, PARAMS.model_copy(update={"images": ["unlabelled"]}))
    assert {teacher.test_ids[row].partition("/")[0] for row in only.rows} <= {"unlabelled"}


def test_the_table_keeps_its_contract(tmp_path) -> None:  # type: ignore[no-untyped-def]
    teacher, split = case()
    params = PARAMS.model_copy(update={"labels": "hard", "weight": 0.5})
    taught = [labels.teach(teacher, split, fold, params) for fold in (0, 2)]
    pseudo.table(3).write(labels.table(taught, teacher, params), tmp_path / "labels.parquet")
    back = pseudo.table(3).read(tmp_path / "labels.parquet")
    assert set(back["fold"]) == {0, 2} and set(back["weight"]) == {0.5} and set(back["teacher"]) == {"c" * 40}
    assert set(np.unique(back[["p0", "p1", "p2"]])) == {0, 1}


def test_a_teacher_without_the_fold_is_refused() -> None:
    teacher, split = case()
    with pytest.raises(
        UserError, match=r"pseudo_label.teacher: t ran the folds \[0, 1, 2\]; labels for fold 4"
    ):
        labels.teach(teacher, split, 4, PARAMS)
    with pytest.raises(UserError, match="train the teacher on all folds"):
        labels.teach(replace(teacher, folds=[0], test=teacher.test[:1]), split, 0, PARAMS)


def test_a_teacher_is_named_by_its_full_revision() -> None:
    with pytest.raises(UserError, match=r"pseudo_label.teacher: give a full revision .* found 'rowdy-lamb'"):
        parse(PseudoParams, {"pseudo_label": {"teacher": "rowdy-lamb"}})
