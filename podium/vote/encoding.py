"""Columns beside the image as numbers, as learnt from labelled images; bundles encode others' alike."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_VALUES = 50  # words of a column that are told apart: rarer ones are one
FEWEST = 5  # images of such a word
SMALLEST_SPREAD = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, standardised; gaps are 0, with a column that tells them where there were any."""

    name: str
    centre: float
    spread: float
    gaps: bool

    @property
    def names(self) -> list[str]:
        """What its numbers are called."""
        return [self.name, *([f"{self.name} empty"] if self.gaps else [])]

    def __call__(self, text: "pd.Series[Any]") -> list[Floats]:
        """A number for each cell, and with gaps whether it is one; what is no number is a gap."""
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
        empty = ~np.isfinite(numbers)
        values = np.where(empty, 0.0, (numbers - self.centre) / self.spread)
        return [values, *([empty.astype(np.float64)] if self.gaps else [])]


@dataclass(frozen=True)
class WordColumn:
    """A column of words, each with a column of 0 and 1."""

    name: str
    words: list[str]

    @property
    def names(self) -> list[str]:
        """What its numbers are called."""
        return [f"{self.name}={word}" for word in self.words]

    def __call__(self, text: "pd.Series[Any]") -> list[Floats]:
        """Whether each cell is the word."""
        return [np.asarray(text == word, np.float64) for word in self.words]


@dataclass(frozen=True)
class Encoding:
    """The columns in their order."""

    columns: list[NumberColumn | WordColumn]

    @property
    def wanted(self) -> list[str]:
        """The tables' columns."""
        return [column.name for column in self.columns]

    @property
    def names(self) -> list[str]:
        """What the numbers are called."""
        return [name for column in self.columns for name in column.names]

    def __call__(self, cells: pd.DataFrame) -> Floats:
        """(n, d) numbers of cells, text or null; d is at least 1."""
        values = [one for column in self.columns for one in column(cells[column.name])]
        return np.column_stack(values or [np.zeros(len(cells))])

    @property
    def said(self) -> list[dict[str, Any]]:
        """As a card has it."""
        return [asdict(column) for column in self.columns]


def of_card(said: Sequence[dict[str, Any]]) -> Encoding:
    """What a card tells."""
    return Encoding([WordColumn(**one) if "words" in one else NumberColumn(**one) for one in said])


def learn(cells: pd.DataFrame, learnt: int) -> Encoding:
    """How columns of images are encoded; the first `learnt` are labelled: words and spreads are theirs."""
    return Encoding([_column(str(name), cells[name], learnt) for name in cells.columns])


def _column(name: str, text: "pd.Series[Any]", learnt: int) -> NumberColumn | WordColumn:
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
    empty = text.isna().to_numpy()
    if not np.isfinite(numbers[~empty]).all():
        counts = text[:learnt].value_counts()
        return WordColumn(name, sorted(counts[counts >= FEWEST].index[:MOST_VALUES]))
    known = numbers[:learnt][~empty[:learnt]]
    spread = max(float(known.std()), SMALLEST_SPREAD) if len(known) else 1.0
    centre = float(known.mean()) if len(known) else 0.0
    return NumberColumn(name, centre, spread, bool(empty.any()))
