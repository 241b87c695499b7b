"""What a run is: its seed, the folds it trains, the threads it uses. Each stage loads only what it needs."""

import hashlib
import os

from pydantic import field_validator

from podium.foundation.params import Section


class Seed(Section):
    """The root of all randomness."""

    seed: int = 0


class Folds(Section):
    """Which of the split's folds to train."""

    folds: list[int] = [0, 1, 2, 3, 4]

    @field_validator("folds")
    @classmethod
    def _proper(cls, folds: list[int]) -> list[int]:
        if not folds or min(folds) < 0 or len(set(folds)) != len(folds):
            raise ValueError("give one or more different fold numbers from 0 on")
        return sorted(folds)


class Threads(Section):
    """How many threads the arithmetic uses: part of what makes results the same bits."""

    threads: int = 2


def folds_to_run(declared: list[int], present: list[int]) -> list[int]:
    """The declared folds that the split has."""
    return [fold for fold in declared if fold in present]


def derive(seed: int, *parts: object) -> int:
    """A seed in [0, 2**63) that is a function of `seed` and `parts` alone (fold, epoch, image, copy …)."""
    text = "/".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def cores() -> int:
    """Processor cores that this process may use: fewer than the machine has where it was given a share.

    PODIUM_CORES is the share of a fold that is trained beside others.
    """
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(found, int(os.environ.get("PODIUM_CORES", found)))
