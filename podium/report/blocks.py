"""What a page is made of. Blocks hold plain text; the template escapes it."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Sentences:
    """Paragraphs; `warning` draws them apart."""

    lines: list[str]
    warning: bool = False
    kind: Literal["sentences"] = "sentences"


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; long ones are folded away under `summary`."""

    head: list[str]
    rows: list[list[str]]
    summary: str = ""  # folded when not empty
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Figure:
    """An SVG made by podium.figures, and what to see in it."""

    svg: str
    caption: str
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Card:
    """A picture (a data URI) with lines below it."""

    picture: str
    lines: list[str]
    hint: str = ""
    wide: bool = False  # as wide as it is, not a thumbnail


@dataclass(frozen=True)
class Cards:
    """Pictures side by side."""

    cards: list[Card]
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True)
class Link:
    """A way to another page of this run, as a path relative to reports/."""

    text: str
    target: str
    kind: Literal["link"] = "link"


Block = Link | Sentences | Table | Figure | Cards


@dataclass(frozen=True)
class Part:
    """A titled part of the page."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The part's name in the page's address."""
        return self.title.lower().replace(" ", "-")


def number(value: object) -> str:
    """A value as the page prints it: four digits of a fraction, the rest as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) >= 1e-4 or value == 0 else f"{value:.2e}"
    return "" if value is None else str(value)
