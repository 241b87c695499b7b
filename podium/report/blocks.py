"""What a page is made of. Blocks hold plain text; the template escapes it."""

import math
import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

NUMBER = re.compile(r"[-+±]?[\d.,]+(e-?\d+)?%?( s| min)?")


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

    @property
    def numeric(self) -> list[bool]:
        """A column each: whether it holds numbers, which stand at the right. Empty cells do not count."""
        columns = [[row[i] for row in self.rows if row[i]] for i in range(len(self.head))]
        return [bool(cells) and all(NUMBER.fullmatch(cell) for cell in cells) for cells in columns]


@dataclass(frozen=True)
class Figure:
    """An SVG made by podium.report.figures, and what to see in it."""

    svg: str
    caption: str
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class PictureCard:
    """A picture (a data URI) with lines below it; a second picture beside the first says where to look."""

    picture: str
    lines: list[str]
    hint: str = ""  # what the picture shows, for those who do not see it
    wide: bool = False  # as wide as it is, not a thumbnail
    second: str = ""
    names: tuple[str, ...] = ()  # of classes: what the filter looks for
    group: int = 0  # cards of one group, counted from 1, stand in one frame


@dataclass(frozen=True)
class Cards:
    """Pictures side by side; `filters` are the classes to choose from, if any."""

    cards: list[PictureCard]
    filters: list[str] = field(default_factory=list)
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True)
class Cell:
    """A cell of a grid: how dark from 0 to 1, its text, a smaller line, and all of it in words."""

    share: float
    text: str
    small: str
    hint: str
    good: bool = False  # on the diagonal


@dataclass(frozen=True)
class Grid:
    """A square table (k, k) of shaded cells with names on both sides."""

    names: list[str]
    rows: list[list[Cell | None]]
    across: str
    down: str
    caption: str
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class SideBySide:
    """Blocks that stand side by side where the screen is wide enough."""

    blocks: "list[Block]"
    kind: Literal["beside"] = "beside"


@dataclass(frozen=True)
class PageLink:
    """A way to another page of this run, as a path relative to reports/."""

    text: str
    target: str
    kind: Literal["link"] = "link"


@dataclass(frozen=True)
class Stack:
    """Blocks under a small title, one below the other."""

    title: str
    blocks: "list[Block]"
    kind: Literal["stack"] = "stack"


Block: TypeAlias = PageLink | Sentences | Table | Figure | Cards | Grid | SideBySide | Stack


MOST_COLUMNS = 6  # that half of a wide screen shows without scrolling


@dataclass(frozen=True)
class Part:
    """A titled part of the page."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The part's name in the page's address."""
        return self.title.lower().replace(" ", "-")

    @property
    def half(self) -> bool:
        """Whether half of a wide screen is enough: pictures, pairs and wide tables want all of it."""
        wide = any(isinstance(block, Table) and len(block.head) > MOST_COLUMNS for block in self.blocks)
        return not wide and not any(_broad(block) for block in self.blocks)


def _broad(block: Block) -> bool:
    """Whether a block wants the whole width; figures side by side shrink."""
    if isinstance(block, SideBySide):
        return not all(isinstance(one, Figure) for one in block.blocks)
    return block.kind in ("cards", "grid")


def number(value: object) -> str:
    """A value as the page prints it: four digits of a fraction, nothing for none, the rest as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if abs(value) >= 1e-4 or value == 0:
            return f"{value:.4f}"
        return f"{value:.6f}" if abs(value) >= 1e-6 else f"{value:.2e}"
    return "" if value is None else str(value)
