"""The classes, and what of them a cell may hold."""

import re
from dataclasses import dataclass, field


@dataclass
class Classes:
    """Class names in order, and for each the integer that stands for it (None where nothing says one)."""

    names: list[str]
    integers: list[int] | None
    why: str = ""
    of: dict[str, str] = field(default_factory=dict)  # label as shipped -> class name

    @property
    def how(self) -> str:
        """In which order they count where nothing numbers them."""
        return self.why if self.why.startswith("in the order") else "as sorted"


def integer(text: str) -> int | None:
    """The integer that a cell holds (`7`, `007`, `7.0`), or None."""
    hit = re.fullmatch(r"(-?0*\d{1,18})(\.0+)?", text.strip())  # of more digits it is a name
    return int(hit[1]) if hit and text.isascii() else None


def is_number(cell: str) -> bool:
    """Whether the cell is a number of any form."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
