"""What every task must keep, whatever it is: the contract that stages rely on."""

import numpy as np
import pytest

from podium.contracts.competition import Competition
from podium.metrics import registry as metrics
from podium.tasks.links import LINKS
from podium.tasks.registry import TASKS, load
from podium.vote.calibration import fit, suited

CLASSES = {
    "single": ["cat", "dog", "owl"],
    "ordinal": ["0", "1", "2"],
    "multi": ["drama", "science fiction", "war"],
    "number": ["height", "weight"],
}
ANSWERS = {
    "single": CLASSES["single"],
    "ordinal": CLASSES["ordinal"],
    "multi": ["(none)", "drama", "drama|war", "science fiction"],
    "number": ["1.5|70.0", "2.0|80.25", "1.75|64.0"],
}


def competition(name: str) -> Competition:
    return Competition(
        name="t",
        task=name,  # type: ignore[arg-type]
        classes=CLASSES[name],
        answers=ANSWERS[name],
        metric=load(name).metric,
        form="label",
        id_column="id",
        columns=["label"],
        values=CLASSES[name],
        column_classes=[],
    )


def predicted(name: str, n: int = 40) -> np.ndarray:
    logits = np.random.default_rng(0).normal(0, 3, (n, len(CLASSES[name])))
    return LINKS[load(name).link](logits)


@pytest.mark.parametrize("name", TASKS)
def test_the_table_has_a_row_for_each_answer_and_a_column_for_each_class(name: str) -> None:
    table = load(name).table(ANSWERS[name], CLASSES[name])
    assert table.dtype == np.float32
    assert table.shape == (len(ANSWERS[name]), len(CLASSES[name]))
    assert len(np.unique(table, axis=0)) == len(table), "two answers have the same targets"


@pytest.mark.parametrize("name", TASKS)
def test_targets_read_back_as_their_answers(name: str) -> None:
    task, classes = load(name), CLASSES[name]
    table = task.table(ANSWERS[name], classes).astype(np.float64)
    assert task.words(table, classes) == ANSWERS[name]
    assert task.words(task.decide(table), classes) == ANSWERS[name], "a sure prediction is its decision"


@pytest.mark.parametrize("name", TASKS)
def test_what_the_link_makes_passes_the_check_and_stays(name: str) -> None:
    task, values = load(name), predicted(name)
    assert task.check(values) is None
    table = task.table(ANSWERS[name], CLASSES[name])
    inside = np.clip(values, table.min(0), table.max(0)) if task.link == "identity" else values
    assert task.normalise(inside, table) == pytest.approx(inside)


@pytest.mark.parametrize("name", TASKS)
def test_normalised_scores_pass_the_check(name: str) -> None:
    task = load(name)
    scores = np.random.default_rng(1).uniform(0, 200, (30, len(CLASSES[name])))
    assert task.check(task.normalise(scores, task.table(ANSWERS[name], CLASSES[name]))) is None


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused(name: str, wrong: float) -> None:
    values = predicted(name)
    values[3, 1] = wrong
    assert load(name).check(values) is not None


@pytest.mark.parametrize("name", ["single", "ordinal", "multi"])
def test_what_is_no_probability_is_refused(name: str) -> None:
    values = predicted(name)
    values[3, 1] = -0.2
    assert load(name).check(values) is not None
    values[3, 1] = 1.2
    assert load(name).check(values) is not None


@pytest.mark.parametrize("name", TASKS)
def test_every_image_lies_in_a_stratum(name: str) -> None:
    task = load(name)
    targets = task.table(ANSWERS[name], CLASSES[name])[[0, 1, 2, 2, 1]].astype(np.float64)
    strata = task.strata(targets)
    assert set(np.unique(strata)) <= {0.0, 1.0}
    assert (strata.sum(1) >= 1).all()
    assert np.array_equal(strata[1], strata[4]), "equal targets, other strata"


@pytest.mark.parametrize("name", TASKS)
def test_the_default_metric_and_those_beside_judge_the_task(name: str) -> None:
    found = competition(name)
    labels = np.arange(len(found.answers)).repeat(3)
    right = found.table[labels].astype(np.float64)
    wrong = right[::-1]
    for metric in (metrics.of(found), *metrics.beside(found)):
        assert metric.goodness(metric.function(labels, right)) > metric.goodness(
            metric.function(labels, wrong)
        )


@pytest.mark.parametrize("name", TASKS)
def test_a_competition_without_answers_has_its_classes(name: str) -> None:
    bare = competition(name).model_dump() | {"answers": []}
    assert Competition.model_validate(bare).answers == CLASSES[name]


def test_numbers_fall_into_strata_of_equal_size() -> None:
    numbers = np.random.default_rng(0).normal(0, 1, (200, 1))
    assert load("number").strata(numbers).sum(0).tolist() == [20.0] * 10


@pytest.mark.parametrize("name", TASKS)
def test_what_a_vote_is_turned_into_is_a_prediction_of_the_task(name: str) -> None:
    found = competition(name)
    labels = np.random.default_rng(0).integers(0, len(found.answers), 60)
    values = predicted(name, 60)
    for label in metrics.FAMILIES[found.kind.truth]:
        metric = metrics.suited(label, found)
        placing = metric.placing(1) if label.startswith("map_at") else metric
        for kind in (*suited(placing), "none"):
            turned = fit(kind, values, labels, placing)(values)
            assert turned.shape == values.shape and found.kind.check(turned) is None, (label, kind)
