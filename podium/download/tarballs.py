"""A tar, read in place by offset from any number of threads; and what unpacks to one or to single files."""

import bz2
import gzip
import hashlib
import lzma
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.download import links
from podium.download.naming import decoded, two_forms
from podium.download.params import Limits
from podium.download.zips import BLOCK, RATIO_FLOOR, check_name
from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.foundation.files import flush


def _zstandard(path: Path) -> Any:
    from backports import zstd

    return zstd.open(path, "rb")


OPENERS: dict[bytes, Callable[[Path], Any]] = {  # by a file's first bytes
    b"\x1f\x8b": lambda path: gzip.open(path, "rb"),
    b"BZh": lambda path: bz2.open(path, "rb"),
    b"\xfd7zXZ\0": lambda path: lzma.open(path, "rb"),
    b"]\0\0": lambda path: lzma.open(path, "rb"),  # LZMA's older format
    b"\x28\xb5\x2f\xfd": _zstandard,
}
CONTENT = "content"  # what the scratch store calls the one file that a packed file holds


@dataclass(frozen=True)
class TarMember:
    """One file of the tar."""

    offset: int
    size: int


class Tarball:
    """A tar's files. Raises UserError for what is no whole tar or leads outside."""

    def __init__(self, path: Path, shown: str, limits: Limits, page: str | None = None) -> None:
        self.path, self.shown = path, shown
        self.members: dict[str, TarMember] = {}
        self.folders: set[str] = set()
        self.notes: list[str] = []
        self._file = os.open(path, os.O_RDONLY)
        try:
            self._list(page)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise UserError(f"{shown} is no complete tar ({error}): download it again.") from None
        if len(self.members) > limits.files:
            raise UserError(
                f"{shown} holds {len(self.members):,} files, more than competition.limits.files = "
                f"{limits.files:,}."
            )

    def read(self, key: str) -> bytes:
        """The whole file. Raises ValueError where the tar ends before it."""
        return b"".join(self.blocks(key))

    def blocks(self, key: str) -> Iterator[bytes]:
        """The file's bytes, piece by piece."""
        member = self.members[key]
        for at in range(0, member.size, BLOCK):
            size = min(BLOCK, member.size - at)
            block = os.pread(self._file, size, member.offset + at)
            if len(block) < size:
                raise ValueError("is cut short in the tar")
            yield block

    def __del__(self) -> None:
        handle = getattr(self, "_file", None)
        if handle is not None:
            os.close(handle)

    def _list(self, page: str | None) -> None:
        whole = os.fstat(self._file).st_size
        others: list[str] = []
        soft: dict[str, str] = {}
        with tarfile.open(self.path, "r:", encoding="utf-8", errors="surrogateescape") as tar:
            infos = tar.getmembers()
        names = [info.name.encode("utf-8", "surrogateescape") for info in infos]
        texts, note = decoded(names, set, page)
        files: dict[str, TarMember] = {}
        for info, raw in zip(infos, names, strict=True):
            name = texts[raw].removeprefix("./")
            check_name(name, self.shown)
            if info.isdir():
                self.folders.add(name.strip("/"))
            elif info.islnk() and info.linkname.removeprefix("./") in files:  # the same under another name
                files[name] = self.members[name] = files[info.linkname.removeprefix("./")]
            elif info.isreg() and not info.issparse():
                if info.offset_data + info.size > whole:
                    raise tarfile.ReadError(f"{name} is cut short")
                files[info.name.removeprefix("./")] = self.members[name] = TarMember(
                    info.offset_data, info.size
                )
            elif info.issym():
                soft[name] = info.linkname
            else:
                others.append(name)
        added, lost = links.followed(soft, self.members)
        self.members |= added
        others += lost
        self.notes += [f"{self.shown}: {note}"] if note else []
        told = two_forms(info.name for info in infos if info.isreg())
        self.notes += [f"{self.shown}: {sentence}" for sentence in told]
        if others:
            self.notes.append(
                f"{self.shown}: {len(others):,} links that lead nowhere inside or devices, such as "
                f"{others[0]}, were left out: unpack it where they are wanted"
            )
        if not (self.members or self.folders or others):
            raise tarfile.ReadError("it holds nothing, or zero bytes alone")


def opener(path: Path) -> Callable[[Path], Any] | None:
    """What opens a file packed by gzip, bzip2 or xz; None for any other."""
    with path.open("rb") as file:
        start = file.read(8)
    return next((opens for magic, opens in OPENERS.items() if start.startswith(magic)), None)


def unpacked(path: Path, shown: str, limits: Limits) -> Path:
    """The one file that `path` (gzip, bzip2, xz) holds, unpacked once to the scratch store."""
    opens = opener(path)
    if opens is None:
        raise UserError(f"{shown} is not packed as its name says: download it again.")
    largest = min(limits.total_gb * 1e9, max(RATIO_FLOOR, path.stat().st_size * limits.ratio))

    def build(folder: Path) -> None:
        done = 0
        try:
            with opens(path) as source, (folder / CONTENT).open("wb") as file:
                while block := source.read(BLOCK):
                    done += len(block)
                    if done > largest:
                        raise UserError(
                            f"{shown} unpacks to more than {largest / 1e9:.2f} GB, which competition.limits "
                            "(total_gb, ratio) allow; raise them if you trust the file."
                        )
                    file.write(block)
        except UserError:
            raise
        except Exception as error:  # each library has its own
            raise UserError(f"{shown} is damaged ({error}): download it again.") from None
        flush(folder / CONTENT)

    return scratch.obtain("unpacked", file_digest(path), build) / CONTENT


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
