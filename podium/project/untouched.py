"""A command that is refused or interrupted leaves the project's own files as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from podium.foundation.files import replacing

Held = dict[Path, bytes | None]


def hold(*paths: Path) -> Held:
    """The files' bytes; None for what is not there."""
    return {path: path.read_bytes() if path.is_file() else None for path in paths}


def give_back(held: Held) -> None:
    """Writes them as they were; what was not there goes."""
    for path, content in held.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif not path.is_file() or path.read_bytes() != content:
            with replacing(path) as draft:
                draft.write_bytes(content)


@contextmanager
def unless_done(*paths: Path) -> Iterator[None]:
    """Gives the files back where the block does not end well, Ctrl-C included."""
    held = hold(*paths)
    try:
        yield
    except BaseException:
        give_back(held)
        raise
