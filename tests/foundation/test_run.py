"""Seeds are functions of what they are for; folds are those declared and present."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.foundation.run import Folds, derive, folds_to_run


def test_a_derived_seed_is_the_same_on_every_machine() -> None:
    assert derive(0, "fold", 1) == 820867095259012849
    assert derive(0, "fold", 1) != derive(0, "fold", 2) != derive(1, "fold", 2)


@given(st.integers(), st.lists(st.integers() | st.text()))
def test_derived_seeds_are_in_range(seed: int, parts: list[object]) -> None:
    assert 0 <= derive(seed, *parts) < 2**63


def test_folds_are_those_declared_and_present() -> None:
    assert folds_to_run([0, 1, 9], [0, 1, 2]) == [0, 1]
    assert folds_to_run([5], [0]) == []


@pytest.mark.parametrize("folds", [[], [-1], [1, 1]])
def test_folds_that_make_no_sense_are_refused(folds: list[int]) -> None:
    with pytest.raises(UserError, match="folds: give one or more different fold numbers from 0 on"):
        parse(Folds, {"folds": folds})


def test_folds_are_sorted() -> None:
    assert parse(Folds, {"folds": [2, 0]}).folds == [0, 2]
