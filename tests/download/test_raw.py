"""Zips and folders: read in place, never written to, and refused where they attack."""

import hashlib
import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.download.params import Limits
from podium.download.raw import open_raw
from podium.foundation.errors import UserError
from tests.competition.shipping import Files, ship_folder, ship_zip, tar_bytes, zip_bytes


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(UserError) as caught:
        open_raw(path, limits or Limits())
    return str(caught.value)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "a.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil", "/etc/passwd", "C:\\evil.txt", "..\\evil", "\\\\host\\x"]
)
def test_a_member_that_leads_outside_is_refused(name: str, tmp_path: Path) -> None:
    assert "points outside the archive; such a zip is refused" in refused(ship_zip({name: b"x"}, tmp_path))
    assert sorted(os.listdir(tmp_path)) == ["comp.zip"]


def test_backslashes_are_folders(tmp_path: Path) -> None:
    assert open_raw(ship_zip({"train\\cat\\1.jpg": b"x"}, tmp_path)).names() == ["train/cat/1.jpg"]


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("passwd.jpg")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.jpg", b"x")
    raw = open_raw(path)
    assert raw.names() == ["a.jpg"]
    assert raw.notes[0].startswith(f"{path}: 1 symbolic links that lead nowhere inside, such as passwd.jpg")


def test_links_that_lead_out_of_a_folder_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"s")
    folder = ship_folder({"a.jpg": b"x"}, tmp_path)
    (folder / "out.jpg").symlink_to(secret)
    (folder / "gone.jpg").symlink_to(folder / "nothing")
    (folder / "in.jpg").symlink_to(folder / "a.jpg")
    (folder / "loop").symlink_to(folder)
    raw = open_raw(folder)
    assert raw.names() == ["a.jpg", "in.jpg"]
    assert f"1 symbolic links that lead out of {folder}, such as out.jpg, were left out" in raw.notes[0]
    assert "secret" not in str(raw.names()) and "out.jpg" in open_raw(folder, follow=True).names()


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.jpg": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark) + at
        data[start : start + 2] = struct.pack("<H", struct.unpack_from("<H", data, start)[0] | 1)
    assert "is encrypted (a.jpg): unpack it with its password" in refused(written(tmp_path, bytes(data)))


def test_a_bomb_by_ratio_is_refused(tmp_path: Path) -> None:
    path = ship_zip({"bomb.csv": b"\0" * 20_000_000}, tmp_path)
    sentence = refused(path)
    assert "bomb.csv unpacks to" in sentence and "more than competition.limits.ratio = 200" in sentence
    assert open_raw(path, Limits(ratio=2000)).size("bomb.csv") == 20_000_000


def test_a_bomb_by_total_is_refused(tmp_path: Path) -> None:
    path = ship_zip({"a": b"\0" * 2_000_000, "b": b"\0" * 2_000_000}, tmp_path)
    assert "unpacks to 0.0 GB, more than competition.limits.total_gb = 0.003" in refused(
        path, Limits(total_gb=0.003)
    )


def test_a_bomb_in_nested_zips_is_refused(tmp_path: Path) -> None:
    nested = {f"{i}.zip": zip_bytes({f"{i}.bin": os.urandom(8) * 125_000}) for i in range(4)}
    assert "competition.limits.total_gb = 0.003" in refused(
        ship_zip(nested, tmp_path), Limits(total_gb=0.003)
    )


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    path = ship_zip({f"{i}.jpg": b"" for i in range(20)}, tmp_path)
    assert "holds 20 files, more than competition.limits.files = 10" in refused(path, Limits(files=10))


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    """One packed stream under many names, as in Fifield's bomb of 2019."""
    data = zip_bytes({"a.bin": os.urandom(500)})
    start = data.find(b"PK\x01\x02")
    end = data.find(b"PK\x05\x06")
    entries = b"".join(data[start:end].replace(b"a.bin", b"%c.bin" % (97 + i)) for i in range(20))
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, 20, 20, len(entries))
    assert "overlap, as in a zip bomb" in refused(written(tmp_path, data[:start] + entries + bytes(tail)))


def test_a_member_larger_than_declared_is_stopped(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.bin": b"\0" * 3_000_000}))
    at = data.find(b"PK\x01\x02") + 24
    struct.pack_into("<I", data, at, 1000)
    raw = open_raw(written(tmp_path, bytes(data)))
    with pytest.raises(ValueError, match="more bytes than the zip declares"):
        raw.read("a.bin")


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.bin": bytes(range(256)) * 40}))
    data[60] ^= 0xFF
    with pytest.raises(ValueError, match="damaged in the zip"):
        open_raw(written(tmp_path, bytes(data))).read("a.bin")


def test_a_wrong_offset_is_told(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.bin": b"abc", "b.bin": b"def"}))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 42, 7)
    with pytest.raises(ValueError, match="no header"):
        open_raw(written(tmp_path, bytes(data))).read("b.bin")


@pytest.mark.parametrize(
    "data",
    [b"", b"not a zip", zip_bytes({"a.jpg": b"x" * 100})[:-30], b"PK\x05\x06" + b"\xff" * 18],
    ids=["empty", "text", "cut short", "end record alone"],  # a zip's bytes hold the time: no test's name may
)
def test_what_is_no_whole_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    assert "is no complete zip file" in refused(written(tmp_path, data))


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", "one")
        archive.writestr("a.csv", "two")
    assert "holds two different files named a.csv" in refused(path)


def test_the_same_file_twice_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", "one")
        archive.writestr("a.csv", "one")
    assert open_raw(path).read("a.csv") == b"one"


def test_umlauts_without_the_unicode_flag(tmp_path: Path) -> None:
    data = zip_bytes({"xx/1.jpg": b"x"}).replace(b"xx/1.jpg", "ä/1.jpg".encode())
    assert open_raw(written(tmp_path, data)).names() == ["ä/1.jpg"]


def test_accents_apart_are_joined(tmp_path: Path) -> None:
    assert open_raw(ship_zip({"a\u0308.jpg": b"x"}, tmp_path)).names() == ["ä.jpg"]


def test_two_files_whose_names_differ_by_unicode_form_are_refused(tmp_path: Path) -> None:
    files: Files = {"\u00e4/1.jpg": b"x", "a\u0308/1.jpg": b"y"}
    said = refused(ship_folder(files, tmp_path))
    assert "holds two files named ä/1.jpg, which differ by Unicode form only" in said
    assert "holds two different files named ä/1.jpg" in refused(ship_zip(files, tmp_path))


def ship_tar(files: Files, folder: Path) -> Path:
    path = folder / "comp.tar"
    path.write_bytes(tar_bytes(files))
    return path


@pytest.mark.parametrize("ship", [ship_zip, ship_folder, ship_tar])
def test_folders_whose_names_differ_by_unicode_form_are_one_and_told(
    ship: Callable[[Files, Path], Path], tmp_path: Path
) -> None:
    raw = open_raw(ship({"\u00e4/1.jpg": b"x", "\u00e4/2.jpg": b"x", "a\u0308/3.jpg": b"y"}, tmp_path))
    assert raw.names() == ["ä/1.jpg", "ä/2.jpg", "ä/3.jpg"]
    (note,) = raw.notes
    assert note.endswith(
        r"the folders 'a\u0308' (1 file) and '\xe4' (2 files) differ by Unicode form only: they are "
        "taken as one, ä"
    )


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_packing_methods(method: int, tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a", content)
        archive.writestr("empty", b"")
    raw = open_raw(path)
    assert raw.read("a") == content and raw.read("empty") == b""


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b/c", "b/d.jpg"]), st.binary(max_size=3000), min_size=1))
def test_a_zip_gives_back_what_went_in(files: dict[str, bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        raw = open_raw(ship_zip(dict(files), Path(folder)))
        assert {name: raw.read(name) for name in raw.names()} == files


def test_reading_from_many_threads(tmp_path: Path) -> None:
    files = {f"{i}.bin": os.urandom(2000) * (1 + i % 3) for i in range(60)}
    raw = open_raw(ship_zip(files, tmp_path))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(raw.read, raw.names() * 5)) == [files[name] for name in raw.names()] * 5


def test_nothing_is_written_to_the_download(tmp_path: Path) -> None:
    files = {"a.jpg": b"x", "in.zip": zip_bytes({"b.jpg": b"y"})}
    path, folder = ship_zip(files, tmp_path), ship_folder(files, tmp_path)
    path.chmod(0o400)
    before = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns, sorted(os.walk(folder))
    for place in (path, folder):
        raw = open_raw(place)
        assert [raw.read(name) for name in raw.names()] == [b"x", b"y"]
    assert (
        hashlib.sha256(path.read_bytes()).digest(),
        path.stat().st_mtime_ns,
        sorted(os.walk(folder)),
    ) == before


def test_a_nested_zip_is_unpacked_once(tmp_path: Path) -> None:
    path = ship_zip({"in.zip": zip_bytes({"b.jpg": b"y"})}, tmp_path)
    open_raw(path)
    first = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("nested")}
    open_raw(path)
    assert (
        len(first) == 1 and {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("nested")} == first
    )


def test_a_zip_with_a_comment_and_something_before_it(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.jpg", b"x")
        archive.comment = b"hello"
    assert open_raw(written(tmp_path, b"#!/bin/sh\n" + buffer.getvalue())).read("a.jpg") == b"x"


def test_a_name_that_would_clear_the_screen_is_spelled_out(tmp_path: Path) -> None:
    assert r"'../\x1b[2J' points outside" in refused(ship_zip({"../\x1b[2J": b"x"}, tmp_path))
    bomb = ship_zip({"b\x1b[2J.csv": b"\0" * 20_000_000}, tmp_path)
    assert r"b\x1b[2J.csv unpacks to" in refused(bomb)
