"""Files that are either complete or not there: written beside their place, then renamed into it."""

import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1 << 20  # bytes read at a time while hashing


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, renamed onto it when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        flush(draft)
        draft.chmod(0o666 & ~_umask())
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _named(error, path) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path`, which takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_dead(path)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.{_host()}-{os.getpid()}.", dir=path.parent))
    try:
        yield draft
        draft.chmod(0o777 & ~_umask())
        shutil.rmtree(path, ignore_errors=True)
        os.replace(draft, path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _clear_dead(path: Path) -> None:
    """Removes drafts of the folder that processes of this machine left when they were killed."""
    for draft in path.parent.glob(f".{glob.escape(path.name)}.{_host()}-*.*"):
        number = draft.name.rpartition(".")[0].rpartition("-")[2]
        if number.isdigit() and not _lives(int(number)):
            shutil.rmtree(draft, ignore_errors=True)


def _host() -> str:
    """The machine in eight letters: another one's process numbers say nothing here."""
    return hashlib.sha256(os.uname().nodename.encode()).hexdigest()[:8]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _named(error: OSError, path: Path) -> OSError:
    """The error with the file's name: a write on a full disk says none."""
    if error.filename is not None or error.errno is None:
        return error
    return type(error)(error.errno, error.strerror or str(error), str(path))


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text with line feeds as they stand in `text`, atomically."""
    with replacing(path) as draft:
        draft.write_bytes(text.encode())


def write_json(path: Path, value: object) -> None:
    """Writes indented JSON atomically; keys keep their order, NaN is refused (ValueError)."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def flush(path: Path) -> None:
    """Hands the file's bytes to the disk, so that a rename cannot outlive its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def digest(value: object) -> str:
    """The SHA-256 of a JSON-like value, the same for the same content whatever the keys' order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
