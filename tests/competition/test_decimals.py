"""Decimal commas are numbers where they can be nothing else; two labels in a cell stay two labels."""

import pytest

from podium.competition.decimals import with_points
from podium.download.tables import parse


def read(*cells: str, sample: bool = False) -> tuple[list[str], str]:
    text = "id;value\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells))
    sheet, told = with_points(parse(text.encode(), "t.csv"), sample)
    assert sheet.columns["id"] == [str(i) for i in range(len(cells))]
    return sheet.columns["value"], told


def test_prices_are_numbers_and_it_is_said() -> None:
    assert read("1,05", "12,50", "-0,99", "7", "") == (
        ["1.05", "12.50", "-0.99", "7", ""],
        "t.csv: value has decimal commas (1,05): read as numbers, and written with points",
    )


@pytest.mark.parametrize(
    "cells",
    [
        ("1,5", "5", "1"),
        ("1,05", "2,5,7"),
        ("1,05", "many"),
        ("1,000", "12,345"),
        ("1,05", "2", "3", "4", "5"),
    ],
)
def test_what_may_be_labels_or_thousands_stays(cells: tuple[str, ...]) -> None:
    assert read(*cells) == (list(cells), "")


def test_a_sample_s_half_is_a_chance() -> None:
    assert read("0,5", "0,5", sample=True)[0] == ["0.5", "0.5"]
    assert read("0,5", "0,5")[0] == ["0,5", "0,5"]
    assert read("3,5", "3,5", sample=True)[0] == ["3,5", "3,5"]
