"""How a zip packs a file: each method as a function from packed blocks to unpacked ones (APPNOTE 4.4.5)."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

Blocks = Iterator[bytes]

BLOCK = 1 << 20  # bytes handed on at a time
SMALL = 1 << 10  # bytes of Deflate64, whose library has no bound on what they unpack to
STORED, DEFLATED, DEFLATE64, BZIP2, LZMA, ZSTD, OLD_ZSTD, XZ = 0, 8, 9, 12, 14, 93, 20, 95
OTHERS = {  # told by name: no library of ours reads them
    1: "Shrink", 6: "Implode", 10: "PKWARE's Implode", 18: "IBM TERSE", 96: "JPEG", 97: "WavPack", 98: "PPMd",
    99: "AES encryption",
}  # fmt: skip
ERRORS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError, AssertionError)
LZMA_START = 4  # bytes: the packer's version, and how long its settings are
UNKNOWN_SIZE = b"\xff" * 8


def stored(blocks: Blocks) -> Blocks:
    """As they are."""
    yield from blocks


def deflate(blocks: Blocks) -> Blocks:
    """zlib's method, which nearly every zip uses."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in blocks:
        while block:
            yield inflate.decompress(block, BLOCK)
            block = inflate.unconsumed_tail
    yield inflate.flush()


def deflate64(blocks: Blocks) -> Blocks:
    """What Windows' Explorer uses above 2 GB."""
    import inflate64

    inflate = inflate64.Inflater()
    for block in blocks:
        for at in range(0, len(block), SMALL):
            yield inflate.inflate(block[at : at + SMALL])


def bzip2(blocks: Blocks) -> Blocks:
    """The standard library's bz2."""
    return _bounded(bz2.BZ2Decompressor(), blocks)


def xz(blocks: Blocks) -> Blocks:
    """The standard library's lzma, with a container."""
    return _bounded(lzma.LZMADecompressor(lzma.FORMAT_XZ), blocks)


def zstandard(blocks: Blocks) -> Blocks:
    """Python 3.14's module, from its backport."""
    from backports.zstd import ZstdDecompressor

    return _bounded(ZstdDecompressor(), blocks)


def lzma_alone(blocks: Blocks) -> Blocks:
    """LZMA after a zip's own four bytes; with the size left open it is the older file format."""
    first = next(blocks, b"")
    settings = int.from_bytes(first[2:LZMA_START], "little")
    head, rest = first[LZMA_START : LZMA_START + settings], first[LZMA_START + settings :]

    def alone() -> Blocks:
        yield head + UNKNOWN_SIZE + rest
        yield from blocks

    return _bounded(lzma.LZMADecompressor(lzma.FORMAT_ALONE), alone())


METHODS: dict[int, Callable[[Blocks], Blocks]] = {
    STORED: stored, DEFLATED: deflate, DEFLATE64: deflate64, BZIP2: bzip2, LZMA: lzma_alone, XZ: xz,
    ZSTD: zstandard, OLD_ZSTD: zstandard,
}  # fmt: skip


class Unpacker(Protocol):
    """A decompressor of the standard library's make."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _bounded(unpacker: Unpacker, blocks: Blocks) -> Blocks:
    """Never more than BLOCK bytes at a time, however well they are packed."""
    for block in blocks:
        if unpacker.eof:
            return
        yield unpacker.decompress(block, BLOCK)
        while not unpacker.needs_input and not unpacker.eof:
            yield unpacker.decompress(b"", BLOCK)
