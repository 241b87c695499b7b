"""The scratch store: what only saves time. One per user, shared by all workspaces, safe to delete.

An entry is a folder at <root>/<kind>/<key>, made whole in a temporary folder and renamed into place, so
that a crash leaves nothing half-made. PODIUM_CACHE moves the root; PODIUM_CACHE_GB caps it (default 50):
beyond it the least recently used entries go.
"""

import os
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from podium.foundation.errors import UserError

DEFAULT_CAP_GB = 50.0
KINDS_OF_STATE = ("resume",)  # kept by their owner, which removes them itself
STALE_SECONDS = 24 * 3600.0  # a draft older than this was left by a crash


def root() -> Path:
    """The store's folder, made when missing."""
    named = os.environ.get("PODIUM_CACHE")
    folder = Path(named).expanduser() if named else user_cache_path("podium")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder} cannot be made ({error.strerror}): set PODIUM_CACHE to a folder that can."
        ) from None
    return folder


def obtain(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """The entry's folder; `build` fills an empty one when the store has none.

    Two processes that want the same entry build it once: the second waits. Content must be a pure
    function of `key`. Files in it are never written again.
    """
    place = root() / kind / key
    if _touch(place):
        return place
    with lock(kind, key):
        if _touch(place):
            return place
        draft = place.parent / f".{key}.{uuid.uuid4().hex}"
        draft.mkdir(parents=True)
        try:
            build(draft)
            os.replace(draft, place)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    evict(keep=place)
    return place


def find(kind: str, key: str) -> Path | None:
    """The entry's folder, or None."""
    place = root() / kind / key
    return place if _touch(place) else None


def state(kind: str, key: str) -> Path:
    """A folder that its owner writes to and removes (resume states); never evicted."""
    assert kind in KINDS_OF_STATE
    place = root() / kind / key
    place.mkdir(parents=True, exist_ok=True)
    return place


def lock(kind: str, key: str) -> FileLock:
    """The entry's lock, between processes; freed when its holder dies."""
    folder = root() / "locks"
    folder.mkdir(exist_ok=True)
    return FileLock(folder / f"{kind}-{key}.lock")


def evict(keep: Path | None = None) -> None:
    """Removes crashed drafts, and the least recently used entries beyond the cap."""
    entries = []
    for place in root().glob("*/*"):
        try:
            age = place.stat().st_mtime
        except FileNotFoundError:
            continue
        if place.name.startswith("."):
            if time.time() - age > STALE_SECONDS:
                shutil.rmtree(place, ignore_errors=True)
        elif place.is_dir() and place.parent.name not in KINDS_OF_STATE:
            entries.append((age, place, _size(place)))
    excess = sum(size for _, _, size in entries) - cap_bytes()
    for _, place, size in sorted(entries):
        if excess <= 0:
            break
        if place != keep:
            shutil.rmtree(place, ignore_errors=True)
            excess -= size


def cap_bytes() -> float:
    """The cap, from PODIUM_CACHE_GB."""
    text = os.environ.get("PODIUM_CACHE_GB", str(DEFAULT_CAP_GB))
    try:
        return float(text) * 1e9
    except ValueError:
        raise UserError(f"PODIUM_CACHE_GB is {text!r}: give a number of gigabytes, such as 50.") from None


def _touch(place: Path) -> bool:
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _size(place: Path) -> int:
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size
            except FileNotFoundError:
                continue
    return total
