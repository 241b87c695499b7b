"""Which archives are opened, and how each becomes a source of files; the others by name, with the way out."""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from podium.download import sevenzip, tarballs
from podium.download.params import Limits
from podium.download.tarballs import Tarball
from podium.download.zips import Archive
from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.foundation.files import flush

TARS = (
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tzst",
    ".tar.lzma", ".tlz",
)  # fmt: skip
PACKED_TABLES = re.compile(r"\.(?:csv|tsv|txt|json|jsonl|lst)\.(?:gz|bz2|xz|zst|lzma)$", re.IGNORECASE)
GZIPPED = (".gz", ".bz2", ".xz", ".zst", ".lzma")
SUFFIXES = (".zip", *TARS, ".7z")
TABLES = (".csv", ".tsv", ".txt", ".json")
PARTS = re.compile(
    r"(?P<whole>.+\.(?:zip|7z|tar|tgz|gz|bz2|xz|rar))(?:\.\d{2,4}|\.part[a-z0-9]+|\.(?!br$)[a-f][a-z]|-part-?\w+)$"
    r"|(?P<split>.+)\.z\d\d$|(?P<rar>.+)\.(?:part\d+\.rar|r\d\d)$",
    re.IGNORECASE,
)
MAGIC = {
    b"PK": "zip", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar", b"\x04\x22\x4d\x18": "lz4", b"\x1f\x9d": "z",
    b"MSCF": "cab", b"!<arch>\n": "deb", b"hsqs": "squashfs", b"070701": "cpio", b"MSWIM\0": "wim",
    b"xar!": "xar",
}  # fmt: skip
UNOPENED = {  # kind -> what unpacks it
    "rar": "unrar x", "lz4": "unlz4", "z": "uncompress", "cab": "7z x", "deb": "7z x", "cpio": "7z x",
    "squashfs": "unsquashfs", "wim": "7z x", "xar": "7z x", "lzh": "7z x", "iso": "7z x", "dmg": "7z x",
    "br": "brotli -d", "lz": "lzip -d",
}  # fmt: skip
BY_NAME = (".lzh", ".lha", ".iso", ".dmg", ".br", ".lz")  # kinds whose first bytes tell nothing


class BlockSource(Protocol):
    """A source that hands out a file in pieces."""

    def blocks(self, key: str) -> Iterator[bytes]: ...


def is_archive(name: str) -> bool:
    """Whether the file's name is one of an archive, or of a packed table, that is opened."""
    return name.lower().endswith(SUFFIXES) or bool(PACKED_TABLES.search(name))


def bare(name: str) -> str:
    """The name without an archive's suffix."""
    lower = name.lower()
    return next(
        (name[: -len(end)] for end in sorted(SUFFIXES, key=len, reverse=True) if lower.endswith(end)), name
    )


def opened(path: Path, shown: str, limits: Limits, page: str | None) -> "Archive | Tarball | Path":
    """The archive at `path`: its members, or the folder or the one file that it was unpacked to.

    Raises UserError for a part of an archive, or one that no library of ours opens.
    """
    kind = kind_of(path)
    if part := part_of(shown):
        raise UserError(part)
    if kind in UNOPENED:
        raise UserError(unopened(shown, kind))
    if kind == "7z":
        return sevenzip.unpacked(path, shown, limits)
    if kind == "tar":
        return Tarball(path, shown, limits, page)
    if kind == "packed":
        content = tarballs.unpacked(path, shown, limits)
        return Tarball(content, shown, limits, page) if tarfile.is_tarfile(content) else content
    if not kind and PACKED_TABLES.search(shown):
        return path  # a browser has unpacked it and left its name
    if not kind and not is_archive(shown) and path.suffix.lower() in TABLES:
        raise UserError(
            f"{shown} is a table: give the zip that Kaggle handed out, or the folder with all files."
        )
    if not kind and shown.lower().endswith((*TARS, ".7z", *GZIPPED)):
        raise UserError(f"{shown} is no complete archive of the kind that its name tells: download it again.")
    return Archive(path, shown, limits, page)  # which says what is no zip


def kind_of(path: Path) -> str:
    """zip, 7z, tar, packed (gzip, bzip2, xz, zstd, LZMA), a key of UNOPENED, or "", by the file's content."""
    with path.open("rb") as file:
        start = file.read(8)
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "")
    if not kind and tarballs.opener(path):
        kind = "packed"
    if not kind and path.name.lower().endswith(BY_NAME):
        kind = path.name.lower().rpartition(".")[2].replace("lha", "lzh")
    return kind or ("tar" if len(start) == 8 and tarfile.is_tarfile(path) else "")


def part_of(name: str) -> str:
    """A sentence where the file is one of several parts of an archive, with the command that joins them."""
    found = PARTS.fullmatch(name)
    if not found or is_archive(name) or name.lower().endswith(GZIPPED):
        return ""
    if found["rar"]:
        return (
            f"{name} is one of several parts of a RAR archive: unpack it ({UNOPENED['rar']} {name}) and give "
            "the folder as competition.path."
        )
    if found["split"]:
        whole = found["split"]
        return (
            f"{name} is one of several parts of a zip: join them "
            f"(zip -s 0 {whole}.zip --out whole.zip) or unpack them, and give the result as competition.path."
        )
    whole = found["whole"]
    return (
        f"{name} is one of several parts of {whole}: join them (cat {whole}.* > {whole}) or unpack them, and "
        "leave only the result in the folder that competition.path names."
    )


def whole(name: str) -> str:
    """The archive of which `name` is a part that need only be joined to the others; else `name`."""
    found = PARTS.fullmatch(name)
    return found["whole"] if found and found["whole"] and not is_archive(name) else name


def parts(path: Path) -> list[Path]:
    """The parts of an archive beside `path`, in order; `path` alone where it is none.

    Raises UserError where a numbered one is missing.
    """
    name = whole(path.name)
    if name == path.name:
        return [path]
    found = sorted(
        other for other in path.parent.iterdir() if other.name != name and whole(other.name) == name
    )
    numbers = [other.name[len(name) + 1 :] for other in found]
    if all(number.isdigit() for number in numbers):
        there = [int(number) for number in numbers]
        missing = sorted(set(range(min(there[0], 1), there[-1] + 1)) - set(there))
        if missing:
            raise UserError(
                f"{path.parent / name}.{missing[0]:0{len(numbers[0])}} is missing beside {found[-1].name}: "
                "download every part."
            )
    return found


def unopened(name: str, kind: str) -> str:
    """A sentence on an archive of a kind that is not opened, with the command that unpacks it."""
    return (
        f"{name} is packed as {kind.upper()}, which is not opened here: unpack it ({UNOPENED[kind]} {name}) "
        "and give the folder as competition.path."
    )


def place_of(source: BlockSource, key: str) -> Path:
    """A file of an archive as a file on disk, unpacked once to the scratch store."""
    digest = hashlib.sha256()
    for block in source.blocks(key):
        digest.update(block)

    def build(folder: Path) -> None:
        with (folder / "nested").open("wb") as file:
            for block in source.blocks(key):
                file.write(block)
        flush(folder / "nested")

    return scratch.obtain("nested-archive", digest.hexdigest(), build) / "nested"
