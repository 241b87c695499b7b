"""One zip, checked before anything in it is read, then read by offset from any number of threads."""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from podium.download import letters, links, methods
from podium.download.naming import composed, decoded, two_forms
from podium.download.params import Limits
from podium.foundation.errors import UserError
from podium.foundation.instead import START, sentence

LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # PKWARE APPNOTE 4.3.7
RATIO_FLOOR = 10_000_000  # bytes: a small file may pack as well as it likes
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
UNICODE_PATH = 0x7075  # Info-ZIP's extra field that holds the name in UTF-8 (APPNOTE 4.6.9)
BLOCK = methods.BLOCK
TOLD = (".csv", ".tsv", ".txt", ".json")  # files whose words may tell the letters of names
TOLD_BYTES = 1 << 22
END_BYTES = (1 << 16) + 22  # in which a zip's end stands, with the longest comment
NO_DISK = 0xFFFF  # where a larger field says it


@dataclass(frozen=True)
class ZipMember:
    """One file of the archive."""

    name: str
    size: int
    packed: int
    offset: int  # of its local header
    method: int
    crc: int


class Archive:
    """A zip's files. Raises UserError for what is no zip, is encrypted or means harm."""

    def __init__(self, path: Path, shown: str, limits: Limits, page: str | None = None) -> None:
        self.path, self.shown = path, shown
        self.members: dict[str, ZipMember] = {}
        self.folders: set[str] = set()
        self.notes: list[str] = []
        self._links: dict[str, ZipMember] = {}
        self._file = os.open(path, os.O_RDONLY)
        infos = _directory(path, shown)
        strange = [info for info in infos if _name(info) is None]
        for info in infos:
            if (name := _name(info)) is not None:
                self._add(info, name)
        if strange:
            self._add_strange(strange, page)
        _check_limits(list(self.members.values()), path.stat().st_size, shown, limits)
        self._follow()
        self.notes += [f"{shown}: {sentence}" for sentence in two_forms(map(_shipped, infos))]

    def read(self, key: str) -> bytes:
        """The whole file. Raises ValueError where its bytes are damaged."""
        return b"".join(self.blocks(key))

    def blocks(self, key: str) -> Iterator[bytes]:
        """The file's bytes, piece by piece, never more than its directory entry declares."""
        member = self.members[key]
        crc = done = 0
        for block in self._unpacked(member):
            done += len(block)
            if done > member.size:
                raise ValueError("holds more bytes than the zip declares")
            crc = zlib.crc32(block, crc)
            yield block
        if done != member.size or crc != member.crc:
            raise ValueError("is damaged in the zip (wrong checksum)")

    def __del__(self) -> None:
        handle = getattr(self, "_file", None)
        if handle is not None:
            os.close(handle)

    def _add_strange(self, infos: list[zipfile.ZipInfo], page: str | None) -> None:
        """Members of whose names nothing says the letters; texts of the archive may hold the same words."""
        raw = [info.orig_filename.encode("cp437") for info in infos]
        texts, note = decoded(raw, self._words, page)
        self.notes += [f"{self.shown}: {note}"] if note else []
        for info, name in zip(infos, raw, strict=True):
            self._add(info, texts[name].replace("\\", "/").removeprefix("./"))

    def _follow(self) -> None:
        """Links are small files that hold their target."""
        targets = {}
        for name, member in self._links.items():
            self.members[name] = member
            with suppress(ValueError):  # a damaged one leads nowhere
                targets[name] = self.read(name).decode("utf-8", errors="replace")
            del self.members[name]
        added, rest = links.followed(dict.fromkeys(self._links, "..") | targets, self.members)
        self.members |= added
        if rest:
            self.notes.append(
                f"{self.shown}: {len(rest):,} symbolic links that lead nowhere inside, such as {rest[0]}, "
                "were left out: unpack it where they are wanted"
            )

    def _words(self) -> set[str]:
        """The words beyond ASCII of the archive's small texts in UTF-8."""
        texts = []
        for name, member in self.members.items():
            if name.lower().endswith(TOLD) and member.size <= TOLD_BYTES:
                with suppress(ValueError):  # a damaged one tells nothing
                    read = letters.read(self.read(name))
                    texts += [] if read.guessed else [read.text]
        return letters.words_of(texts)

    def _add(self, info: zipfile.ZipInfo, name: str) -> None:
        check_name(name, self.shown)
        if info.flag_bits & ENCRYPTED_FLAG:
            raise UserError(
                f"{self.shown} is encrypted ({name}): unpack it with its password and give the folder "
                "as competition.path."
            )
        if name.endswith("/"):
            self.folders.add(name.strip("/"))
            return
        if info.compress_type not in methods.METHODS:
            kind = methods.OTHERS.get(info.compress_type, f"method {info.compress_type}")
            raise UserError(
                f"{self.shown}: {name} is packed by {kind}, which is not read: unpack it with 7-Zip "
                "(7z x) and give the folder as competition.path."
            )
        member = ZipMember(
            name, info.file_size, info.compress_size, info.header_offset, info.compress_type, info.CRC
        )
        if stat.S_ISLNK(info.external_attr >> 16) and info.file_size <= links.SMALL:
            self._links[name] = member
            return
        before = self.members.get(name)
        if before and (before.crc, before.size) != (member.crc, member.size):
            raise UserError(
                f"{self.shown} holds two different files named {name}: unpack it and give the folder "
                "as competition.path."
            )
        self.members[name] = member

    def _unpacked(self, member: ZipMember) -> Iterator[bytes]:
        try:
            yield from methods.METHODS[member.method](self._packed(member))
        except methods.ERRORS as error:
            told = isinstance(error, ValueError) and str(error).startswith("is damaged")
            raise ValueError(str(error) if told else "is damaged in the zip (cannot be unpacked)") from None

    def _packed(self, member: ZipMember) -> Iterator[bytes]:
        start = self._start(member)
        for at in range(0, member.packed, BLOCK):
            yield os.pread(self._file, min(BLOCK, member.packed - at), start + at)

    def _start(self, member: ZipMember) -> int:
        header = os.pread(self._file, LOCAL_HEADER.size, member.offset)
        if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise ValueError("is damaged in the zip (no header)")
        *_, name, extra = LOCAL_HEADER.unpack(header)
        return member.offset + LOCAL_HEADER.size + int(name) + int(extra)


def _directory(path: Path, shown: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.fp is not None and _of_disks(path):
                raise UserError(
                    f"{shown} is the last of several parts of a zip: join them (zip -s 0 {shown} --out "
                    "whole.zip) or unpack them, and give the result as competition.path."
                )
            return archive.infolist()
    except UnicodeDecodeError:
        raise UserError(
            f"{shown} marks its names as UTF-8, and some are none: unpack it (7z x) and give the folder as "
            "competition.path."
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError) as error:
        raise UserError(_no_zip(path, shown, error)) from None


def _of_disks(path: Path) -> bool:
    """Whether its end says that it is not the first disk, as `zip -s` and WinZip cut archives."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and len(tail) >= at + 6 and 0 < int.from_bytes(tail[at + 4 : at + 6], "little") < NO_DISK


def _no_zip(path: Path, shown: str, error: Exception) -> str:
    """What the file is instead, or where it ends too early."""
    with path.open("rb") as file:
        start = file.read(START)
    begun = start.startswith(b"PK")
    if not begun and (told := sentence(start, "zip")):
        return f"{shown} is {told}."
    why = f"its end is missing, {path.stat().st_size:,} bytes are there" if begun else str(error)
    why = why if start else "it is empty"
    return (
        f"{shown} is no complete zip file ({why}): download it again, or give the folder of an unpacked one "
        "as competition.path."
    )


def _name(info: zipfile.ZipInfo) -> str | None:
    """The member's name with /, as a flag or the extra field says; None where nothing says its letters."""
    name = _told_name(info)
    return None if name is None else composed(name).replace("\\", "/").removeprefix("./")


def _told_name(info: zipfile.ZipInfo) -> str | None:
    name = info.orig_filename
    if info.flag_bits & UTF8_FLAG or name.isascii():
        return name
    return _unicode_path(info.extra, name.encode("cp437"))


def _shipped(info: zipfile.ZipInfo) -> str:
    """The name in the Unicode form in which it stands in the archive."""
    told = _told_name(info)
    return info.orig_filename.encode("cp437").decode("utf-8", "replace") if told is None else told


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name that Info-ZIP's extra field gives, if it is about these bytes."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == UNICODE_PATH and len(body) > 5 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            return body[5:].decode("utf-8", errors="replace")
        at += 4 + size
    return None


def check_name(name: str, shown: str) -> None:
    """Raises UserError for a member whose name leads outside the archive."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise UserError(
            f"{shown}: the member {name!r} points outside the archive; such a zip is refused: if you trust "
            "it, unpack it (unzip and 7z leave such beginnings out) and give the folder as competition.path."
        )


def _check_limits(members: list[ZipMember], size: int, shown: str, limits: Limits) -> None:
    if len(members) > limits.files:
        raise UserError(
            f"{shown} holds {len(members):,} files, more than competition.limits.files = {limits.files:,}."
        )
    for member in members:
        ratio = member.size / max(member.packed, 1)
        if member.size > RATIO_FLOOR and ratio > limits.ratio:
            raise UserError(
                f"{shown}: {member.name} unpacks to {ratio:,.0f} times its size, more than "
                f"competition.limits.ratio = {limits.ratio:g}; such a zip is refused."
            )
    total = sum(member.size for member in members)
    if total > limits.total_gb * 1e9:
        raise UserError(
            f"{shown} unpacks to {total / 1e9:.1f} GB, more than competition.limits.total_gb = "
            f"{limits.total_gb:g}; raise it if you trust the file."
        )
    if sum(member.packed for member in members) > size:
        raise UserError(f"{shown}: its members overlap, as in a zip bomb; such a zip is refused.")
