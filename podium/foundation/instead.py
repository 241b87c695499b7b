"""What lies under another kind's name now and then, told by its first bytes, and the way out."""

import re

START = 1024  # bytes that tell
SAID = 200  # bytes of a server's words that are repeated
TEXT = 64  # of them, where words tell
PAGE = "an HTML page", "the server sent a page, so sign in and download again"
REFUSAL = "download it again, if it is a server's refusal"
FILM = "a film", ""
AS_PNG = "write it as PNG"
PICKLES = (b"\x80\x02}", b"\x80\x02c", b"\x80\x03}", b"\x80\x04\x95", b"\x80\x05\x95", b"(dp", b"(lp")
WORDS: tuple[tuple[bytes, tuple[str, str]], ...] = (  # in small letters; the first that fits
    (b"version https://git-lfs", ("a Git LFS pointer", "run `git lfs pull` where it came from")),
    (b"/annex/objects/", ("a git-annex pointer", "run `git annex get` where it came from")),
    (b"outs:\n", ("a DVC pointer", "run `dvc pull` where it came from")),
    (b"<!doctype html", PAGE),
    (b"<html", PAGE),
    (b"<svg", ("a vector drawing", AS_PNG)),
    (b"<?xml", ("XML", REFUSAL)),
    (b"<error", ("XML", REFUSAL)),
    (b"{\\rtf", ("a text of a word processor", "")),
    (b"{", ("JSON", REFUSAL)),
    (b"http/1.", ("a server's answer with its header", "save its body alone")),
    (b"data:image", ("a picture as base64 text", "decode it (base64 -d)")),
    (b"/9j/", ("a picture as base64 text", "decode it (base64 -d)")),
    (b"ivborw0kggo", ("a picture as base64 text", "decode it (base64 -d)")),
    (b"%pdf", ("a PDF document", "write its page as PNG")),
    (b"%!ps", ("a PostScript drawing", AS_PNG)),
)
BYTES: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"PK\x03\x04", ("a zip (spreadsheets are zips, too)", "unpack it, or save the spreadsheet as CSV")),
    (b"\x1f\x8b", ("packed by gzip", "unpack it")),
    (b"\xd0\xcf\x11\xe0", ("an old Office document, or Thumbs.db", "save the spreadsheet as CSV")),
    (b"PAR1", ("a Parquet file", "save it as CSV")),
    (b"SQLite format 3", ("an SQLite database", "save its table as CSV")),
    (b"\x89HDF", ("an HDF5 file", "write each picture of it as PNG")),
    *((head, ("a Python pickle", "write each picture of it as PNG")) for head in PICKLES),
    (b"\x00\x00\x08\x03", ("an IDX file of pictures, as MNIST's", "write each picture of it as PNG")),
    (b"\x00\x00\x08\x01", ("an IDX file of labels, as MNIST's", "write them as CSV")),
    (b"\x00\x05\x16\x07", ("what macOS keeps beside a file (._name)", "delete it")),
    (b"RIFF", ("a sound or a film", "")),
    (b"\x1aE\xdf\xa3", FILM),
    (b"v/1\x01", ("a picture in OpenEXR", AS_PNG)),
    (b"#?RADIANCE", ("a picture in Radiance", AS_PNG)),
    (b"SIMPLE  =", ("a picture in FITS", AS_PNG)),
    (b"II\xbc", ("a picture in JPEG XR", AS_PNG)),
    (b"\x00\x00\x01\x00", ("a picture as an icon", AS_PNG)),
    (b"DDS ", ("a picture as a texture (DDS)", AS_PNG)),
    (b"P7\n", ("a picture in PAM", AS_PNG)),
)  # fmt: skip
AS_TEXT = (
    b"\x89PNG\n\x1a\n",
    b"\x89PNG\r\r\n",
    b"\x89PNG\r\n\x1a\r\n",
    b"\tPNG",
)  # what line ends may suffer
COPIED, BINARY = "a picture that was copied as text", "copy it again in binary mode"
BEHIND = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
CARRIAGE = 13
LOOKED_AT, FEEDS = 1 << 16, 16  # bytes; line feeds in them: one in 256 bytes is one
PATH = re.compile(rb"(?:\.{0,2}/|[\w-]+/)[^\n\0]*/[^/\n\0]+\.\w{2,5}\s*")  # Git on Windows writes links so


def instead(data: bytes) -> tuple[str, str]:
    """(what the bytes are, the way out, which may be empty); ("", "") where nothing tells."""
    start = data[:START]
    plain = (
        start[: 2 * TEXT].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    )
    words = plain.replace(b"\0", b"").lstrip(b" \r\n\t").lower()
    if words.startswith(b"<?xml") and b"<svg" in start.lower():
        return "a vector drawing", AS_PNG
    told = next((told for head, told in WORDS if words.startswith(head)), None)
    told = told or next((told for head, told in BYTES if start.startswith(head)), None)
    if told:
        return told
    if start.startswith(AS_TEXT):
        return COPIED, BINARY
    if len(data) < START and PATH.fullmatch(data):
        return f"a link written as text ({data.decode(errors='replace').strip()})", "copy what it names"
    for magic, name in BEHIND.items():
        at = start.find(magic)
        if at > 0:
            return f"a picture ({name}) behind {at} other bytes", "cut them off, or download it again"
    return "", ""


def sentence(data: bytes, wanted: str) -> str:
    """`an HTML page and no zip: the server sent ...`, without a full stop; "" where nothing tells."""
    what, way = instead(data)
    if what in ("JSON", "XML"):  # a refusal says why
        what += f" ({' '.join(data[:SAID].decode(errors='replace').split())})"
    if what and wanted not in what:
        what += f" and no {wanted}"
    return f"{what}: {way}" if way else what


def sent_as_text(data: bytes) -> bool:
    """Whether every line feed has a carriage return before it: no compressed bytes are so by chance."""
    first = data.find(b"\n")
    if first < 1 or data[first - 1] != CARRIAGE:  # most files say so at once
        return False
    feeds = data.count(b"\n", 0, LOOKED_AT)
    return feeds >= FEEDS and data.count(b"\r\n", 0, LOOKED_AT) == feeds
