"""Cells of every form: worked answers, ties, and rounding that keeps sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from podium.contracts.competition import Competition
from podium.forms import registry
from podium.forms.rounding import Cells, decimals, largest_remainder

PROBS = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])  # the second row ties: the lowest class wins


def cells(found: Competition, values: np.ndarray, digits: int) -> Cells:
    return registry.load(found.form).cells(found, values, digits)


def competition(form: str, **more: object) -> Competition:
    names = ["cat", "dog", "eel"]
    values = {"name": "t", "classes": names, "metric": "accuracy", "form": form, "id_column": "id"}
    values |= {"columns": ["label"], "values": names, "column_classes": []}
    return Competition.model_validate(values | more)


def test_label() -> None:
    assert cells(competition("label"), PROBS, 4) == [["dog"], ["cat"]]


def test_integer_writes_the_values_that_ingest_found() -> None:
    assert cells(competition("integer", values=["7", "8", "9"]), PROBS, 4) == [["8"], ["7"]]


def test_top_k_is_space_separated_and_ties_go_to_the_lowest_class() -> None:
    assert cells(competition("top_k", top_k=2), PROBS, 4) == [["dog eel"], ["cat eel"]]


def test_top_k_of_more_than_there_are_classes() -> None:
    assert cells(competition("top_k", top_k=5), PROBS, 4)[0] == ["dog eel cat"]


def test_probabilities_in_the_samples_column_order() -> None:
    three = competition("probabilities", columns=["e", "c", "d"], column_classes=[2, 0, 1])
    assert cells(three, PROBS, 2) == [["0.30", "0.20", "0.50"], ["0.40", "0.40", "0.20"]]


def test_probabilities_without_a_column_for_a_class_are_normalised() -> None:
    two = competition("probabilities", columns=["d", "e"], column_classes=[1, 2])
    assert cells(two, PROBS, 4)[0] == ["0.6250", "0.3750"]


def test_probabilities_that_are_all_of_a_class_without_a_column_become_uniform() -> None:
    two = competition("probabilities", columns=["d", "e"], column_classes=[1, 2])
    assert cells(two, np.array([[1.0, 0.0, 0.0]]), 2) == [["0.50", "0.50"]]


def test_binary_is_the_positive_classs_probability() -> None:
    one = competition("binary", classes=["no", "yes"], column_classes=[1], columns=["p"])
    assert cells(one, np.array([[0.25, 0.75], [1.0, 0.0]]), 3) == [["0.750"], ["0.000"]]


def test_largest_remainder_by_hand() -> None:
    # 1/3 each: 33 + 33 + 33 lose one hundredth, which the lowest of equal remainders gets
    assert largest_remainder(np.full((1, 3), 1 / 3), 2).tolist() == [[34, 33, 33]]
    assert largest_remainder(np.array([[0.126, 0.009, 0.865]]), 2).tolist() == [[13, 1, 86]]


def test_decimals() -> None:
    assert decimals(np.array([[12, 1000, 0]]), 3) == [["0.012", "1.000", "0.000"]]


@given(
    arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 30)), elements=st.floats(1e-9, 1.0)),
    st.integers(2, 12),
)
def test_rounding_keeps_sums_and_moves_no_value_by_a_unit(raw: np.ndarray, digits: int) -> None:
    probs = raw / raw.sum(1, keepdims=True)
    units = largest_remainder(probs, digits)
    assert (units.sum(1) == 10**digits).all()
    assert (units >= 0).all()
    assert np.abs(units - probs * 10**digits).max() <= 1 + 1e-3


@pytest.mark.parametrize("row", [[1.0 + 1e-7, 0.0], [1 - 1e-7, 0.0], [0.5 + 2e-7, 0.5]])
def test_rows_that_sum_to_one_only_in_float32_still_give_whole_sums(row: list[float]) -> None:
    units = cells(
        competition("probabilities", columns=["a", "b"], column_classes=[0, 1]), np.array([row]), 12
    )
    assert sum(int(cell.replace(".", "")) for cell in units[0]) == 10**12
