"""Cells of label sets and of numbers, as each form writes them."""

import numpy as np
import pytest

from podium.contracts.competition import Competition
from podium.forms import registry
from podium.forms.rounding import Cells
from podium.submission.submission import Sample, check, prior

PROBS = np.array([[0.9, 0.1, 0.6], [0.2, 0.4, 0.1], [0.5, 0.0, 0.0]])


def cells(found: Competition, values: np.ndarray, digits: int) -> Cells:
    return registry.load(found.form).cells(found, values, digits)


def known(**changes: object) -> Competition:
    values = {
        "name": "t", "task": "multi", "classes": ["cat", "dog", "owl"],
        "answers": ["(none)", "cat", "cat|dog"],
        "metric": "f1_micro", "form": "sets", "id_column": "id", "columns": ["tags"],
        "values": ["Cat", "Dog", "Owl"], "column_classes": [], "separator": ";",
    }  # fmt: skip
    return Competition.model_validate(values | changes)


def test_labels_in_a_cell_and_the_likeliest_where_none_may_be_empty() -> None:
    assert cells(known(), PROBS, 4) == [["Cat;Owl"], ["Dog"], ["Cat"]]
    assert cells(known(may_be_empty=True), PROBS, 4) == [["Cat;Owl"], [""], ["Cat"]]


def test_a_column_a_label() -> None:
    columns = {"columns": ["o", "c"], "column_classes": [2, 0], "values": []}
    assert cells(known(form="flags", **columns), PROBS, 4) == [["1", "1"], ["0", "0"], ["0", "1"]]
    assert cells(known(form="chances", **columns), PROBS, 2)[0] == ["0.60", "0.90"]


def test_numbers_keep_their_sign_and_digits() -> None:
    found = known(task="number", form="numbers", answers=["1|2|3"], column_classes=[0, 1, 2], values=[])
    assert cells(found, np.array([[-1.25, 100.0, 0.0]]), 3) == [["-1.250", "100.000", "0.000"]]


def test_the_prior_is_the_share_of_images_with_each_label() -> None:
    assert prior(known(), ["cat", "cat|dog", "(none)", "cat"]).tolist() == [0.75, 0.25, 0.0]


@pytest.mark.parametrize(
    ("changes", "cell"),
    [({}, ""), ({}, "Cat;Cow"), ({}, "Cat;Cat"), ({"form": "flags"}, "0.5"), ({"form": "chances"}, "1.5"),
     ({"form": "numbers"}, "nan")],
)  # fmt: skip
def test_what_a_server_would_refuse_is_our_defect(changes: dict[str, object], cell: str) -> None:
    sample = Sample("id,tags", ",", [["a", "Cat"]], 0, [1])
    with pytest.raises(AssertionError):
        check(sample, known(**changes), [["a", cell]])
