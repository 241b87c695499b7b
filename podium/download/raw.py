"""The download, read in place: an archive or a folder, seen as one tree of files, never written to."""

import math
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from podium.download import archives, letters, links, pixel_tables
from podium.download.naming import check_page, decoded, two_forms
from podium.download.params import Limits
from podium.download.sentences import readable
from podium.download.tables import parse
from podium.download.tarballs import Tarball
from podium.download.walk import HiddenNames, Walk
from podium.download.zips import BLOCK, TOLD, TOLD_BYTES, Archive
from podium.foundation.errors import UserError, told

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".dcm", ".dicom", ".npy")
FOR_SHOW = 50  # picture files that may lie beside tables whose rows are the pictures
SAMPLE = re.compile(r"sample|submi", re.IGNORECASE)
DEPTH = 2  # archives inside archives that are looked into
GB = 1e9


class Source(Protocol):
    """Something that hands out whole files by key."""

    def read(self, key: str) -> bytes: ...

    def blocks(self, key: str) -> Iterator[bytes]: ...


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
    told: list[str] = field(default_factory=list)  # and what was made of files
    guesses: list[str] = field(default_factory=list)  # and which letters were guessed

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

    def glance(self, name: str, size: int = sys.maxsize) -> bytes:
        """The file's first bytes, or the whole of it, then nothing where it is damaged: for looks alone."""
        found = bytearray()
        try:
            for block in self.blocks(name):
                found += block
                if len(found) >= size:
                    break
        except (OSError, ValueError):
            return bytes(found[:size]) if size < sys.maxsize else b""
        return bytes(found[:size])

    def blocks(self, name: str) -> Iterator[bytes]:
        """The file's content piece by piece. Raises OSError or ValueError where it is damaged."""
        entry = self.entries[name]
        return entry.source.blocks(entry.key)


@dataclass
class Folder:
    """Files below a folder of the user's."""

    root: Path

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def blocks(self, key: str) -> Iterator[bytes]:
        """The file's bytes, piece by piece."""
        with (self.root / key).open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def open_raw(
    path: Path,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    page: str | None = None,
    follow: bool = False,
) -> Raw:
    """The tree at `path`. Raises UserError where it is missing, no archive that is opened, or hostile.

    page: the encoding of names that are no UTF-8; None to guess it. follow: also links that lead out.
    """
    if not path.exists():
        raise UserError(f"competition.path: {path} does not exist; give the zip that Kaggle handed out.")
    check_page(page)
    try:
        return _open(path, limits, page, follow)
    except UserError as error:
        raise UserError(readable(str(error))) from None


def _open(path: Path, limits: Limits, page: str | None, follow: bool) -> Raw:
    raw = Raw(path)
    if path.is_dir():
        _add_folder(raw, path, "", page, follow)
    else:
        _add(raw, archives.opened(path, str(path), limits, page), "", archives.bare(path.name), page)
    _open_nested(raw, limits, page)
    raw.notes += links.told(raw.names(), raw.size, partial(raw.glance, size=links.SMALL))
    _open_pixels(raw, limits)
    total = sum(entry.size for entry in raw.entries.values())
    if total > limits.total_gb * GB:
        raise UserError(
            f"{path} unpacks to {total / GB:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}; raise it if you trust the file."
        )
    return raw


def _add_folder(raw: Raw, root: Path, prefix: str, page: str | None, follow: bool = False) -> None:
    source = Folder(root)
    walk = Walk(root, follow)
    walk.down()
    names = [os.fsencode(name) for name in (*walk.files, *walk.folders)]
    texts, note = decoded(names, lambda: _words(root, walk.files), page)
    for name, size in walk.files.items():
        shown = prefix + texts[os.fsencode(name)]
        if shown in raw.entries:
            raise UserError(
                f"{root} holds two files named {shown}, which differ by Unicode form only (in one of them "
                "accents stand apart from their letters): rename one of the two."
            )
        raw.entries[shown] = RawFile(source, name, size)
    raw.folders.update(prefix + texts[os.fsencode(name)] for name in walk.folders)
    raw.notes += [note] if note else []
    raw.notes += walk.notes() + two_forms(walk.files)


def _words(root: Path, files: dict[str, int]) -> set[str]:
    """The words beyond ASCII of a folder's small texts in UTF-8."""
    texts = []
    for name, size in files.items():
        if name.lower().endswith(TOLD) and size <= TOLD_BYTES:
            read = letters.read((root / name).read_bytes())
            texts += [] if read.guessed else [read.text]
    return letters.words_of(texts)


def _add(raw: Raw, archive: Archive | Tarball | Path, prefix: str, alone: str, page: str | None) -> None:
    """An archive's content below `prefix`; a packed file alone under the name `alone`."""
    if isinstance(archive, Path) and archive.is_dir():
        _add_folder(raw, archive, prefix, page)
        return
    if isinstance(archive, Path):
        name = prefix.rstrip("/") or alone
        raw.entries[name] = RawFile(Folder(archive.parent), archive.name, archive.stat().st_size)
        return
    hidden = HiddenNames()
    for key, member in archive.members.items():
        parts = key.split("/")
        if hidden.passes(parts, folder=False):
            continue
        raw.entries[prefix + key] = RawFile(archive, key, member.size)
        raw.folders.update(prefix + "/".join(parts[:i]) for i in range(1, len(parts)))
    raw.folders.update(
        prefix + name
        for name in archive.folders
        if not HiddenNames().passes(name.split("/"), folder=True)  # an empty one: nobody misses it
    )
    raw.notes += archive.notes + hidden.note()


def _open_nested(raw: Raw, limits: Limits, page: str | None) -> None:
    """Puts each archive's content where it stood, as a folder of its name; a packed table as the table."""
    for _ in range(DEPTH):
        for name in [name for name in raw.names() if archives.is_archive(name)]:
            entry = raw.entries.pop(name)
            table = archives.PACKED_TABLES.search(name)
            beside = name.rpartition(".")[0] if table else archives.bare(name)
            if _has_files(raw.entries, beside if table else f"{beside}/"):
                raw.notes.append(f"{name} was left out: {beside}{'' if table else '/'} lies beside it")
                continue
            try:
                path = _nested(entry, name, limits)
            except (OSError, ValueError) as error:
                raise UserError(f"{raw.path}: {name} {told(error)}: download it again.") from None
            archive = archives.opened(path, f"{raw.path}:{name}", limits, page)
            _add(raw, archive, beside if table else f"{name}/", beside, page)
    deeper = [name for name in raw.names() if archives.is_archive(name)]
    if deeper:
        raise UserError(
            f"{raw.path} holds archives within archives more than {DEPTH} deep ({deeper[0]}): unpack it "
            "and give the folder as competition.path."
        )
    parts = [sentence for name in raw.names() if (sentence := archives.part_of(name))]
    if parts:
        raw.notes.append(parts[0].rstrip(".") + (f" ({len(parts)} parts)" if parts[1:] else ""))


def _open_pixels(raw: Raw, limits: Limits) -> None:
    """Puts the pictures that rows of a table are where the table stood, if no picture files are there."""
    if sum(name.lower().endswith(PICTURES) for name in raw.names()) > FOR_SHOW:
        return
    for name in raw.names():
        read = partial(raw.blocks, name)
        try:
            rows = pixel_tables.rows_of(name, read)
            path = pixel_tables.as_zip(name, rows, read, _asked(raw, name)) if rows is not None else None
        except (OSError, ValueError):  # damaged: whoever needs the table says so
            continue
        if path is None:
            continue
        archive = Archive(path, f"{raw.path}:{name}", limits.model_copy(update={"ratio": math.inf}))
        del raw.entries[name]
        _add(raw, archive, f"{name}/", name, None)
        raw.told.append(f"{name}: its rows are pictures, {len(archive.members) - 1:,} of them")


def _asked(raw: Raw, name: str) -> list[str] | None:
    """The sample's ids in order, where a table of test pictures has as many rows."""
    if "test" not in name.rpartition("/")[2].lower():
        return None
    lines = sum(block.count(b"\n") for block in raw.blocks(name))
    for other in raw.names():
        if SAMPLE.search(other.rpartition("/")[2]) and other.lower().endswith(".csv"):
            sheet = parse(raw.read(other), other)
            ids = sheet.columns[sheet.header[0]]
            if len(set(ids)) == len(ids) and abs(len(ids) + 1 - lines) <= 1:
                return ids
    return None


def _has_files(names: Iterable[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def _nested(entry: RawFile, name: str, limits: Limits) -> Path:
    """A nested archive as a file: in place below a folder, otherwise unpacked once to the scratch store."""
    if isinstance(entry.source, Folder):
        return entry.source.root / entry.key
    assert isinstance(entry.source, Archive | Tarball)
    if entry.size > limits.total_gb * GB:
        raise UserError(
            f"{name} has {entry.size / GB:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}."
        )
    return archives.place_of(entry.source, entry.key)
