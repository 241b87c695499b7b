"""One zip, checked before anything in it is read, then read by offset from any number of threads."""

import contextlib
import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from podium.download.params import Limits
from podium.foundation.errors import UserError
from podium.foundation.files import flush

LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # PKWARE APPNOTE 4.3.7
RATIO_FLOOR = 10_000_000  # bytes: a small file may pack as well as it likes
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
BLOCK = 1 << 20


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

    def __init__(self, path: Path, shown: str, limits: Limits) -> None:
        self.path, self.shown = path, shown
        self.members: dict[str, ZipMember] = {}
        self.folders: set[str] = set()
        self.notes: list[str] = []
        self._file = os.open(path, os.O_RDONLY)
        for info in _directory(path, shown):
            self._add(info)
        _check_limits(list(self.members.values()), path.stat().st_size, shown, limits)

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

    def digest(self, key: str) -> str:
        """The SHA-256 of the file's bytes."""
        digest = hashlib.sha256()
        for block in self.blocks(key):
            digest.update(block)
        return digest.hexdigest()

    def __del__(self) -> None:
        handle = getattr(self, "_file", None)
        if handle is not None:
            os.close(handle)

    def _add(self, info: zipfile.ZipInfo) -> None:
        name = _name(info)
        _check_name(name, self.shown)
        if info.flag_bits & ENCRYPTED_FLAG:
            raise UserError(
                f"{self.shown} is encrypted ({name}): unpack it with its password and give the folder "
                "as competition.path."
            )
        if name.endswith("/"):
            self.folders.add(name.strip("/"))
            return
        if stat.S_ISLNK(info.external_attr >> 16):
            self.notes.append(f"{self.shown}: the symbolic link {name} was left out")
            return
        member = ZipMember(
            name, info.file_size, info.compress_size, info.header_offset, info.compress_type, info.CRC
        )
        before = self.members.get(name)
        if before and (before.crc, before.size) != (member.crc, member.size):
            raise UserError(
                f"{self.shown} holds two different files named {name}: unpack it and give the folder "
                "as competition.path."
            )
        self.members[name] = member

    def _unpacked(self, member: ZipMember) -> Iterator[bytes]:
        if member.method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield from self._other_method(member)
            return
        start = self._start(member)
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == zipfile.ZIP_DEFLATED else None
        try:
            for at in range(0, member.packed, BLOCK):
                block = os.pread(self._file, min(BLOCK, member.packed - at), start + at)
                while inflate and block:
                    yield inflate.decompress(block, BLOCK)
                    block = inflate.unconsumed_tail
                if block:
                    yield block
            if inflate:
                yield inflate.flush()
        except zlib.error:
            raise ValueError("is damaged in the zip (cannot be unpacked)") from None

    def _start(self, member: ZipMember) -> int:
        header = os.pread(self._file, LOCAL_HEADER.size, member.offset)
        if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise ValueError("is damaged in the zip (no header)")
        *_, name, extra = LOCAL_HEADER.unpack(header)
        return member.offset + LOCAL_HEADER.size + int(name) + int(extra)

    def _other_method(self, member: ZipMember) -> Iterator[bytes]:
        """bzip2, LZMA: rare, so through the standard library."""
        with zipfile.ZipFile(self.path) as archive:
            info = next(info for info in archive.infolist() if info.header_offset == member.offset)
            try:
                with archive.open(info) as file:
                    while block := file.read(BLOCK):
                        yield block
            except (NotImplementedError, zipfile.BadZipFile, RuntimeError, OSError, EOFError):
                raise ValueError("is packed in a way that cannot be read") from None


def unpack(archive: Archive, key: str, path: Path) -> None:
    """Writes one file of the archive to `path`."""
    with path.open("wb") as file:
        for block in archive.blocks(key):
            file.write(block)
    flush(path)


def _directory(path: Path, shown: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, struct.error, UnicodeDecodeError, ValueError) as error:
        raise UserError(
            f"{shown} is no complete zip file ({error}): download it again, or give the folder of an "
            "unpacked one as competition.path."
        ) from None


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name with /; UTF-8 where the bytes are, whatever the flag says."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_FLAG and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").removeprefix("./")


def _check_name(name: str, shown: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise UserError(f"{shown}: the member {name!r} points outside the archive; such a zip is refused.")


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
