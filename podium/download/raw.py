"""The download, read in place: a zip or a folder, seen as one tree of files; nothing is written to it."""

import os
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from podium.download.params import Limits
from podium.download.sentences import readable
from podium.download.zips import Archive, unpack
from podium.foundation import scratch
from podium.foundation.errors import UserError

IGNORED_FOLDERS = {"__MACOSX", ".git", ".ipynb_checkpoints", "@eaDir"}
IGNORED_FILES = {"Thumbs.db", "desktop.ini"}
ZIP_DEPTH = 2  # zips inside zips that are looked into
GB = 1e9


class Source(Protocol):
    """Something that hands out whole files by key."""

    def read(self, key: str) -> bytes: ...


@dataclass(frozen=True)
class RawFile:
    """One file: who reads it, under which key, and how many bytes it has."""

    source: Source
    key: str
    size: int


@dataclass
class Raw:
    """A tree of files. Reading is safe from several threads at once."""

    path: Path
    entries: dict[str, RawFile] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)  # every folder, the empty ones too
    notes: list[str] = field(default_factory=list)  # what was left out, in sentences

    def names(self) -> list[str]:
        """Every file's path with /, sorted."""
        return sorted(self.entries)

    def size(self, name: str) -> int:
        """The file's size in bytes."""
        return self.entries[name].size

    def read(self, name: str) -> bytes:
        """The file's content. Raises OSError or ValueError where it is damaged."""
        entry = self.entries[name]
        return entry.source.read(entry.key)


@dataclass
class Folder:
    """Files below a folder of the user's."""

    root: Path

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()


def open_raw(path: Path, limits: Limits = Limits()) -> Raw:  # noqa: B008  (frozen)
    """The tree at `path`. Raises UserError where it is missing, no zip, or hostile."""
    if not path.exists():
        raise UserError(f"competition.path: {path} does not exist; give the zip that Kaggle handed out.")
    try:
        return _open(path, limits)
    except UserError as error:
        raise UserError(readable(str(error))) from None


def _open(path: Path, limits: Limits) -> Raw:
    raw = Raw(path)
    if path.is_dir():
        _add_folder(raw, path)
    else:
        _add_zip(raw, Archive(path, str(path), limits), "")
    _open_nested(raw, limits)
    total = sum(entry.size for entry in raw.entries.values())
    if total > limits.total_gb * GB:
        raise UserError(
            f"{path} unpacks to {total / GB:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}; raise it if you trust the file."
        )
    return raw


def _add_folder(raw: Raw, root: Path, prefix: str = "") -> None:
    source = Folder(root)
    inside = root.resolve()
    links = 0
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _ignored(name, IGNORED_FOLDERS))
        below = Path(place).relative_to(root).as_posix()
        start = "" if below == "." else f"{below}/"
        raw.folders.update(f"{prefix}{start}{name}" for name in folders)
        for name in files:
            full = os.path.join(place, name)
            about = os.lstat(full)
            if _ignored(name, IGNORED_FILES):
                continue
            if stat.S_ISLNK(about.st_mode):
                target = Path(full).resolve()
                if not target.is_relative_to(inside) or not target.is_file():
                    links += 1
                    continue
                about = os.stat(full)
            if stat.S_ISREG(about.st_mode):
                raw.entries[_text(f"{prefix}{start}{name}")] = RawFile(
                    source, f"{start}{name}", about.st_size
                )
    if links:
        raw.notes.append(f"{links} symbolic links that lead out of {root} were left out")


def _add_zip(raw: Raw, archive: Archive, prefix: str) -> None:
    for member in archive.members.values():
        parts = member.name.split("/")
        if any(_ignored(part, IGNORED_FOLDERS) for part in parts[:-1]) or _ignored(parts[-1], IGNORED_FILES):
            continue
        raw.entries[prefix + _text(member.name)] = RawFile(archive, member.name, member.size)
        raw.folders.update(prefix + _text("/".join(parts[:i])) for i in range(1, len(parts)))
    raw.folders.update(
        prefix + _text(name)
        for name in archive.folders
        if not any(_ignored(part, IGNORED_FOLDERS) for part in name.split("/"))
    )
    raw.notes += archive.notes


def _open_nested(raw: Raw, limits: Limits) -> None:
    """Puts each zip's content where the zip stood, as a folder of the zip's name."""
    for _ in range(ZIP_DEPTH):
        for name in [name for name in raw.names() if name.lower().endswith(".zip")]:
            beside = name[: -len(".zip")]
            entry = raw.entries.pop(name)
            if _has_files(raw.entries, f"{beside}/"):
                raw.notes.append(f"{name} was left out: {beside}/ lies beside it")
                continue
            archive = Archive(_nested(entry, name, limits), f"{raw.path}:{name}", limits)
            _add_zip(raw, archive, f"{name}/")
    deeper = [name for name in raw.names() if name.lower().endswith(".zip")]
    if deeper:
        raise UserError(
            f"{raw.path} holds zips within zips more than {ZIP_DEPTH} deep ({deeper[0]}): unpack it "
            "and give the folder as competition.path."
        )


def _has_files(names: Iterable[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def _nested(entry: RawFile, name: str, limits: Limits) -> Path:
    """A nested zip as a file: in place below a folder, otherwise unpacked once to the scratch store."""
    if isinstance(entry.source, Folder):
        return entry.source.root / entry.key
    assert isinstance(entry.source, Archive)
    if entry.size > limits.total_gb * GB:
        raise UserError(
            f"{name} has {entry.size / GB:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}."
        )
    archive, key = entry.source, entry.key
    place = scratch.obtain(
        "nested-zip", archive.digest(key), lambda folder: unpack(archive, key, folder / "zip")
    )
    return place / "zip"


def _ignored(name: str, names: set[str]) -> bool:
    return name in names or name.startswith(".")


def _text(name: str) -> str:
    """The name in one Unicode form: macOS zips write letters with their accents apart."""
    return unicodedata.normalize("NFC", name)
