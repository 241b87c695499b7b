"""An answer's text in tables: a class, several labels in class order, one or several numbers."""

from collections.abc import Iterable, Sequence

SEPARATOR = "|"  # between the labels or numbers of one answer: no class of theirs may hold it
NONE = "(none)"  # the answer of an image without any label


def joined(labels: Iterable[str], classes: Sequence[str]) -> str:
    """The labels in the classes' order as one text."""
    given = set(labels)
    return SEPARATOR.join(name for name in classes if name in given) or NONE


def parts(answer: str) -> list[str]:
    """The labels or numbers of an answer; none of them for NONE."""
    return [] if answer == NONE else answer.split(SEPARATOR)


def measured(numbers: Iterable[float]) -> str:
    """Numbers as text: the shortest that reads back as the same numbers."""
    return SEPARATOR.join(repr(float(number)) for number in numbers)
