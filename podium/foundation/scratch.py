"""The scratch store: what only saves time. One per user, shared by all workspaces, safe to delete.

An entry is a folder at <root>/<kind>/<key>, made whole in a temporary folder and renamed into place, so
that a crash leaves nothing half-made. PODIUM_CACHE moves the root; PODIUM_CACHE_GB caps it (default 50):
beyond it the least recently used entries go.
"""

import errno
import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from podium.foundation.errors import UserError

DEFAULT_CAP_GB = 50.0
KINDS_OF_STATE = ("resume", "clones")  # kept by their owner: clones are those of podium/cluster
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk's, the user's or the file's end
ROOM = "free its disk, or set PODIUM_CACHE to a folder on a larger one"
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


def root() -> Path:
    """The store's folder, made when missing."""
    named = os.environ.get("PODIUM_CACHE")
    folder = Path(os.path.expanduser(named)) if named else user_cache_path("podium")  # Path.expanduser raises
    if folder.parts[:1] and folder.parts[0].startswith("~"):  # a user of a container without a name or HOME
        raise UserError(
            f"no home folder is known, so {folder} cannot be found: set PODIUM_CACHE to a folder."
        )
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
        _clear_dead(kind, key)
        draft = place.parent / f".{key}.{uuid.uuid4().hex}"
        try:
            draft.mkdir(parents=True)
            build(draft)
            os.replace(draft, place)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise _full(error) from None
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    evict(keep=place)
    return place


def reserve(path: Path, size: int) -> None:
    """Takes `size` bytes of disk for a file that will be mapped: a map on a full disk dies without a word.

    Raises UserError with the place and the size where they are not there.
    """
    if not hasattr(os, "posix_fallocate"):  # macOS
        if shutil.disk_usage(path.parent).free < size:
            raise _too_full(size)
        return
    with path.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))
        except OSError as error:
            if error.errno not in FULL:
                return  # a file system that cannot reserve
            raise _too_full(size) from None


def _too_full(size: int) -> UserError:
    return UserError(
        f"the scratch store {root()} has {shutil.disk_usage(root()).free / 1e6:,.1f} MB left and "
        f"{size / 1e6:,.1f} MB are needed: {ROOM}."
    )


def _full(error: OSError) -> OSError | UserError:
    """The sentence for a store that is full or cannot be written; any other error as it is."""
    if error.errno not in (*FULL, *CLOSED):
        return error
    return UserError(
        f"the scratch store {root()} cannot be written ({error.strerror}; "
        f"{shutil.disk_usage(root()).free / 1e6:,.1f} MB are free): free its disk, or set PODIUM_CACHE to a "
        "folder that can."
    )


def _clear_dead(kind: str, key: str) -> None:
    """Removes the drafts of dead processes: those whose entry's lock is free, and our own entry's."""
    for draft in root().glob("*/.*"):
        named = draft.name[1:].rpartition(".")[0]
        if (draft.parent.name, named) == (kind, key):
            shutil.rmtree(draft, ignore_errors=True)
        elif named:
            with suppress(Timeout), lock(draft.parent.name, named).acquire(timeout=0):
                shutil.rmtree(draft, ignore_errors=True)


def find(kind: str, key: str) -> Path | None:
    """The entry's folder, or None."""
    place = root() / kind / key
    return place if _touch(place) else None


def state(kind: str, key: str) -> Path:
    """A folder that its owner writes to and removes (resume states); never evicted."""
    assert kind in KINDS_OF_STATE
    place = root() / kind / key
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _full(error) from None
    return place


def lock(kind: str, key: str) -> FileLock:
    """The entry's lock, between processes; freed when its holder dies."""
    folder = root() / "locks"
    try:
        folder.mkdir(exist_ok=True)
        (folder / f"{kind}-{key}.lock").touch()
    except OSError as error:
        raise _full(error) from None
    return FileLock(folder / f"{kind}-{key}.lock")


def evict(keep: Path | None = None) -> None:
    """Removes the least recently used entries beyond the cap."""
    entries = []
    for place in root().glob("*/*"):
        try:
            age = place.stat().st_mtime
        except FileNotFoundError:
            continue
        if place.name.startswith("."):
            continue  # a draft
        if place.is_dir() and place.parent.name not in KINDS_OF_STATE:
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
    except OSError:
        return place.exists()  # a store that may only be read still serves what it has
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
