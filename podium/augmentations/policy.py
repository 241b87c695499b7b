"""What a policy is: a function from one source and its copies' generators to the copies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from numpy.random import Generator

from podium.images.pixels import Pixels


@dataclass(frozen=True)
class Flips:
    """Which mirror images keep their class."""

    horizontal: bool = False  # left becomes right
    vertical: bool = False  # top becomes bottom


class Policy(Protocol):
    """Renders copies. Work that a source's copies share (a border, a smaller size) is done once a source."""

    def __call__(self, source: Pixels, generators: Iterable[Generator]) -> Iterator[Pixels]:
        """One copy a generator, in order, each a function of the source and its generator alone.

        Pixels are BGR, as OpenCV decodes and encodes them.
        """
        ...

    def problem(self, sources: list[Pixels]) -> str | None:
        """Why the policy cannot work on one of these images (BGR; the extremes of a data set), or None."""
        ...
