"""Every form of submissions: the sample that it gives shows it, and what it writes is what it takes."""

from dataclasses import dataclass

import numpy as np
import pytest

from podium.competition.forms import form_of
from podium.competition.labels import ShippedLabels
from podium.contracts.competition import Competition
from podium.download import tables
from podium.forms import registry
from podium.forms.classes import Classes
from podium.forms.shown import FormFound
from podium.metrics.registry import FAMILIES
from podium.tasks.registry import TASKS

FORMS = registry.names()
TRUTHS = {task.truth: task.name for task in TASKS.values() if task.name != "ordinal"}
DIGITS = 4


@dataclass(frozen=True)
class Example:
    """The form that a module's own sample is taken for, and a competition that has it."""

    form: FormFound
    competition: Competition
    header: str


def example(name: str, text: str = "", named: str | None = None) -> Example:
    form = registry.load(name)
    task, classes = TRUTHS[form.TRUTH], form.CLASSES
    metric = registry.usual_metric(name, 2) or TASKS[task].metric
    sheet = tables.parse((text or form.EXAMPLE).encode(), "sample.csv")
    mark = "|" if task == "multi" else " "
    labels = ShippedLabels(
        "train.csv", "a table", {}, task=task, columns=[] if task == "single" else classes, mark=mark
    )
    known = Classes(classes, None, "sorted by name", {name: name for name in classes})
    found = form_of(sheet, sheet.header[0], known, labels, named, metric)
    fields = {key: getattr(found, key) for key in ("form", "columns", "values", "column_classes", "top_k")}
    fields |= {"separator": found.separator, "may_be_empty": found.may_be_empty}
    competition = Competition(
        name="t", task=task, classes=classes, metric=metric, id_column=sheet.header[0], **fields
    )
    return Example(found, competition, sheet.text.split("\n")[0])


def predictions(competition: Competition, n: int = 12) -> np.ndarray:
    draw = np.random.default_rng(0)
    raw = draw.random((n, len(competition.classes)))
    if competition.kind.truth == "labels":
        raw /= raw.sum(1, keepdims=True)
    raw[0] = raw[0].mean()  # all classes are equally likely
    return raw


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_whole(name: str) -> None:
    form = registry.load(name)
    metric = registry.usual_metric(name, 2)
    assert name in registry.of(form.TRUTH) and len(form.CLASSES) > 1
    assert not metric or metric in FAMILIES[form.TRUTH] or metric == "map_at_2"


@pytest.mark.parametrize("name", FORMS)
def test_its_own_sample_shows_it_and_no_other_form(name: str) -> None:
    """Neither an earlier form of the family takes its sample, nor does it differ from what is named."""
    found = example(name).form
    assert found.form == name and example(name, named=name).form.form == name
    assert found.columns and (found.values or found.column_classes) and found.notes


@pytest.mark.parametrize("name", FORMS)
def test_what_it_writes_has_no_fault_and_as_a_sample_is_the_same_form(name: str) -> None:
    given, form = example(name), registry.load(name)
    values = predictions(given.competition)
    rows = form.cells(given.competition, values, DIGITS)
    assert len(rows) == len(values) and {len(row) for row in rows} == {len(given.competition.columns)}
    for row in rows:
        assert form.fault(given.competition, row) == "" and all(row)
    text = "\n".join([given.header, *(f"{number},{','.join(row)}" for number, row in enumerate(rows))]) + "\n"
    again = example(name, text).competition
    assert again == given.competition and form.cells(again, values, DIGITS) == rows


@pytest.mark.parametrize("name", FORMS)
def test_ties_go_to_the_lowest_class_and_rows_do_not_depend_on_each_other(name: str) -> None:
    given, form = example(name).competition, registry.load(name)
    values = predictions(given)
    rows = form.cells(given, values, DIGITS)
    assert form.cells(given, values[::-1], DIGITS) == rows[::-1]
    if form.TRUTH == "labels" and given.values:  # a cell of names: of equally likely ones the first
        assert rows[0][0].startswith(given.values[0])


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("wrong", ["cow", "nan", "-7"])
def test_what_a_server_would_refuse_is_a_fault(name: str, wrong: str) -> None:
    given, form = example(name).competition, registry.load(name)
    row = form.cells(given, predictions(given), DIGITS)[-1]
    whole = form.fault(given, [wrong, *row[1:]])
    assert whole.startswith(("is ", "names ", "does ")) or (form.TRUTH == "numbers" and wrong == "-7")
