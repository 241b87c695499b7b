"""What lies under another kind's name is told by its bytes, each with its way out."""

import pytest

from podium.foundation.instead import instead, sent_as_text, sentence

TOLD = [
    (b"\n<!DOCTYPE html><html>", "an HTML page", "sign in"),
    ("<html>".encode("utf-16"), "an HTML page", "sign in"),
    (b"<?xml version='1.0'?>\n<svg width='3'/>", "a vector drawing", "PNG"),
    (b"<Error><Code>AccessDenied</Code></Error>", "XML", "server's refusal"),
    (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"),
    (b"/annex/objects/SHA256E-s9--a.jpg\n", "a git-annex pointer", "git annex get"),
    (b"outs:\n- md5: 1\n", "a DVC pointer", "dvc pull"),
    (b"../../raw/0001.jpg", "a link written as text (../../raw/0001.jpg)", "copy what it names"),
    (b"HTTP/1.1 200 OK\r\n\r\n\xff\xd8\xff", "a server's answer with its header", "body"),
    (b"/9j/4AAQSkZJRg", "a picture as base64 text", "base64 -d"),
    (b"\r\n\xff\xd8\xff\xe0", "a picture (JPEG) behind 2 other bytes", "cut them off"),
    (b"\x89PNG\n\x1a\n", "a picture that was copied as text", "binary mode"),
    (b"\x89PNG\r\r\n\x1a\r\n", "a picture that was copied as text", "binary mode"),
    (b"PK\x03\x04", "a zip (spreadsheets are zips, too)", "save the spreadsheet as CSV"),
    (b"PAR1\x15", "a Parquet file", "CSV"),
    (b"\x00\x05\x16\x07", "what macOS keeps beside a file (._name)", "delete it"),
    (b"v/1\x01", "a picture in OpenEXR", "PNG"),
]


@pytest.mark.parametrize(("data", "what", "way"), TOLD, ids=[what for _, what, _ in TOLD])
def test_what_the_bytes_are(data: bytes, what: str, way: str) -> None:
    found, out = instead(data + b" " * 40 if data.startswith(b"<") else data)
    assert (found, way in out) == (what, True)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"id,label\na/b.jpg,cat\n", b"id;label\r\n1;x\r\n", b"a/b.jpg cat\n"]
)
def test_tables_are_nothing_else(data: bytes) -> None:
    assert instead(data) == ("", "") and sentence(data, "table") == ""


def test_a_sentence_repeats_what_a_server_says() -> None:
    assert sentence(b'{"code":403,"message":"accept\\nthe rules"}', "zip") == (
        'JSON ({"code":403,"message":"accept\\nthe rules"}) and no zip: download it again, if it is a '
        "server's refusal"
    )
    assert sentence(b"v/1\x01", "picture") == "a picture in OpenEXR: write it as PNG"


def test_line_feeds_that_all_have_a_carriage_return() -> None:
    assert sent_as_text(b"a\r\n" * 16) and not sent_as_text(b"a\r\n" * 15)
    assert not sent_as_text(b"a\r\n" * 100 + b"\n")
