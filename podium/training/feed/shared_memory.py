"""How many worker processes the shared memory feeds: a full one is no error in torch, it waits for ever."""

import os
from pathlib import Path

PLACE = Path("/dev/shm")  # where torch hands batches over on Linux
AHEAD = 2  # batches that torch keeps ready, a worker
LOADERS = 2  # training's and validation's workers live side by side


def fit(workers: int, batch_bytes: int, room: float | None = None) -> int:
    """`workers`, or as many of them as the room feeds, down to none; says so where it is fewer."""
    room = free() if room is None else room
    each = LOADERS * AHEAD * batch_bytes
    fitting = min(workers, int(min(room / max(each, 1), workers)))
    if fitting < workers:
        print(
            f"warning: {PLACE} has {room / 1e6:,.1f} MB free, and {workers} workers need "
            f"{workers * each / 1e6:,.1f} MB: {fitting or 'no'} workers prepare images; give more (docker "
            "run --shm-size=2g), or set train.workers",
            flush=True,
        )
    return fitting


def free(place: Path = PLACE) -> float:
    """Bytes that can still be shared; endless where the system shares in another way."""
    try:
        found = os.statvfs(place)
    except OSError:
        return float("inf")
    return float(found.f_bavail * found.f_frsize)
