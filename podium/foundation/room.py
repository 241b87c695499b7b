"""Room on a disk, asked for before a stage writes its first byte there."""

import shutil
from pathlib import Path

from podium.foundation.errors import UserError

GIGA, MEGA = 1e9, 1e6
SAID_FROM = 0.01  # of what is free: less is nobody's worry


def need(stage: str, what: str, size: float, folder: Path, way: str) -> None:
    """Says what is to be written below `folder`, about `size` bytes, where it is a hundredth of what is free.

    Raises UserError, which ends with `way`, where its disk has less.
    """
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    told = f"{what} needs about {said(size)} in {folder}, {said(free)} are free"
    if size > free:
        raise UserError(f"{told}: {way}.")
    if size >= SAID_FROM * free:
        print(f"{stage}: {told}", flush=True)


def said(size: float) -> str:
    """Bytes for people: 1.5 GB, 20.0 MB."""
    return f"{size / GIGA:,.1f} GB" if size >= GIGA else f"{size / MEGA:,.1f} MB"
