"""Every archive that is opened gives the same files; others are named with the command that unpacks them."""

import bz2
import gzip
import lzma
import os
import struct
import zipfile
from pathlib import Path

import pytest
from backports import zstd

from podium.download import methods
from podium.download.params import Limits
from podium.download.raw import open_raw
from podium.foundation.errors import UserError
from tests.competition.shipping import Files, tar_bytes, zip_bytes

FILES: Files = {"train/a/1.png": b"one" * 50, "train/b/2.png": b"two", "train.csv": b"id,label\n"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def seven_zip(files: Files, folder: Path) -> bytes:
    import py7zr

    path = folder / "made.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    data = path.read_bytes()
    path.unlink()
    return data


def archive(kind: str, folder: Path) -> bytes:
    tar = tar_bytes(FILES)
    packed = {
        "tar": tar, "tar.gz": gzip.compress(tar), "tgz": gzip.compress(tar), "tar.bz2": bz2.compress(tar),
        "tar.xz": lzma.compress(tar), "zip": zip_bytes(FILES), "tar.zst": zstd.compress(tar),
        "tar.lzma": lzma.compress(tar, lzma.FORMAT_ALONE),
    }  # fmt: skip
    return packed[kind] if kind in packed else seven_zip(FILES, folder)


KINDS = ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "tar.zst", "tar.lzma", "7z", "zip"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_of_any_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"comp.{kind}"
    path.write_bytes(archive(kind, tmp_path))
    raw = open_raw(path)
    assert {name: raw.read(name) for name in raw.names()} == FILES
    assert {"train", "train/a", "train/b"} <= raw.folders


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_in_a_zip(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "comp.zip"
    path.write_bytes(zip_bytes({f"data.{kind}": archive(kind, tmp_path), "x.csv": b"a"}))
    raw = open_raw(path)
    assert {name: raw.read(name) for name in raw.names()} == {
        "x.csv": b"a", **{f"data.{kind}/{name}": data for name, data in FILES.items()},
    }  # fmt: skip


def test_a_packed_table_is_the_table(tmp_path: Path) -> None:
    path = tmp_path / "comp.zip"
    path.write_bytes(zip_bytes({"train.csv.gz": gzip.compress(b"id,label\n1,a\n"), "scan.nii.gz": b"x"}))
    raw = open_raw(path)
    assert raw.names() == ["scan.nii.gz", "train.csv"]
    assert raw.read("train.csv") == b"id,label\n1,a\n"


def with_method(data: bytes, method: int) -> bytes:
    """The zip with another method's number written into its headers."""
    changed = bytearray(data)
    for head, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = 0
        while (start := changed.find(head, start)) >= 0:
            struct.pack_into("<H", changed, start + at, method)
            start += 4
    return bytes(changed)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_zips_by_other_methods_are_opened_once(
    method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    content = bytes(range(256)) * 8000  # two blocks
    with zipfile.ZipFile(path, "w", method) as made:
        made.writestr("large.bin", content)
        for i in range(400):
            made.writestr(f"{i}.bin", b"%d" % i)
    raw = open_raw(path)
    assert raw.read("large.bin") == content
    reads: list[int] = []
    pread = os.pread
    monkeypatch.setattr(zipfile, "ZipFile", None)  # whoever opens it anew fails
    monkeypatch.setattr(os, "open", None)
    monkeypatch.setattr(os, "pread", lambda file, n, at: reads.append(n) or pread(file, n, at))
    assert [raw.read(f"{i}.bin") for i in range(400)] == [b"%d" % i for i in range(400)]
    assert len(reads) == 800 and sum(reads) < path.stat().st_size  # a header and its bytes each, nothing else


def test_deflate64_and_zstandard_are_read(tmp_path: Path) -> None:
    from backports import zstd

    path = tmp_path / "a.zip"
    path.write_bytes(with_method(zip_bytes({"a.bin": bytes(range(64))}), methods.DEFLATE64))
    assert open_raw(path).read("a.bin") == bytes(range(64))
    packed = zstd.compress(b"abc" * 1000)
    assert b"".join(methods.METHODS[93](iter([packed]))) == b"abc" * 1000


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        open_raw(path)
    return str(caught.value)


@pytest.mark.parametrize(("method", "kind"), [(98, "PPMd"), (6, "Implode"), (77, "method 77")])
def test_a_method_that_is_not_read_is_named(method: int, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(with_method(zip_bytes({"a.bin": b"x" * 99}), method))
    assert f"a.bin is packed by {kind}, which is not read: unpack it with 7-Zip" in refused(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("train.zip.001", "join them (cat train.zip.* > train.zip)"),
        ("train.tar.gz.aa", "join them (cat train.tar.gz.* > train.tar.gz)"),
        ("data.7z.001", "join them (cat data.7z.* > data.7z)"),
        ("train.tar.gz.partaa", "one of several parts of train.tar.gz"),
        ("data.z01", "join them (zip -s 0 data.zip --out whole.zip)"),
        ("data.part1.rar", "one of several parts of a RAR archive: unpack it (unrar x"),
    ],
)
def test_parts_of_an_archive_are_named(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 and more")
    assert said in refused(tmp_path / name).replace(f"{tmp_path}/", "")
    path = tmp_path / "comp.zip"
    path.write_bytes(zip_bytes({name: b"PK\x03\x04 and more", "a.csv": b"x"}))
    assert said in open_raw(path).notes[0]


def test_what_is_no_archive_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.rar").write_bytes(b"Rar!\x1a\x07\x01\x00")
    assert "a.rar is packed as RAR, which is not opened here: unpack it (unrar x" in refused(
        tmp_path / "a.rar"
    )
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(tar_bytes(FILES))[:-20])
    assert "a.tar.gz is damaged" in refused(tmp_path / "a.tar.gz")
    (tmp_path / "a.7z").write_bytes(seven_zip(FILES, tmp_path)[:-9])
    assert "a.7z cannot be unpacked" in refused(tmp_path / "a.7z")
    (tmp_path / "b.tar").write_bytes(b"text, and no tar")
    assert "is no complete archive of the kind that its name tells" in refused(tmp_path / "b.tar")
    (tmp_path / "a.zip").write_bytes(b'{"code": 403, "message": "accept the rules"}')
    assert 'a.zip is JSON ({"code": 403, "message": "accept the rules"}) and no zip' in refused(
        tmp_path / "a.zip"
    )
    (tmp_path / "b.zip").write_bytes(zip_bytes(FILES)[:-30])
    assert "b.zip is no complete zip file (its end is missing, " in refused(tmp_path / "b.zip")
    (tmp_path / "train.csv").write_text("id,label\n")
    assert "train.csv is a table: give the zip that Kaggle handed out" in refused(tmp_path / "train.csv")


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd"])
def test_a_tar_that_leads_outside_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar_bytes({name: b"x"}))
    assert "points outside the archive; such a zip is refused" in refused(tmp_path / "a.tar")


def test_a_bomb_in_gzip_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(bytes(30_000_000)))
    with pytest.raises(UserError, match=r"unpacks to more than 0\.01 GB"):
        open_raw(path, Limits(ratio=2))


def test_links_in_a_folder(tmp_path: Path) -> None:
    """Links to folders inside are followed, those that lead out are named; a ring of links ends."""
    inside, store = tmp_path / "in", tmp_path / "store"
    for place in (inside / "real/b", store / "c", inside / "train/a"):
        place.mkdir(parents=True)
        (place / "1.png").write_bytes(b"x")
    (inside / "train/b").symlink_to(inside / "real/b")
    (inside / "train/c").symlink_to(store / "c")
    (inside / "train/ring").symlink_to(inside / "train")
    raw = open_raw(inside)
    assert raw.names() == ["real/b/1.png", "train/a/1.png", "train/b/1.png"]
    assert "1 symbolic links" in raw.notes[0] and "such as train/c, were left out" in raw.notes[0]
    followed = open_raw(inside, follow=True)
    assert "train/c/1.png" in followed.names() and followed.notes == []


@pytest.mark.parametrize(
    "name", ["$RECYCLE.BIN", "System Volume Information", ".Trash-1000", "@eaDir", "#recycle"]
)
def test_what_systems_leave_is_no_folder_of_the_download(name: str, tmp_path: Path) -> None:
    path = tmp_path / "comp.zip"
    path.write_bytes(zip_bytes({f"train/{name}/1.png": b"x", "train/a/1.png": b"x"}))
    assert open_raw(path).names() == ["train/a/1.png"]


@pytest.mark.parametrize(
    ("name", "start", "way"),
    [
        ("a.tar.lz4", b"\x04\x22\x4d\x18", "packed as LZ4, which is not opened here: unpack it (unlz4"),
        ("a.zip", b"MSCF", "packed as CAB, which is not opened here: unpack it (7z x"),
        ("a.tar.Z", b"\x1f\x9d\x90", "unpack it (uncompress"),
        ("a.iso", bytes(600), "unpack it (7z x"),
        ("a.tar.br", b"\x0b\x80", "unpack it (brotli -d"),
        ("a.zip", bytes(5000), "it holds nothing, or zero bytes alone"),
    ],
)
def test_other_kinds_are_named_with_what_unpacks_them(
    name: str, start: bytes, way: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(start + bytes(600))
    assert way in refused(tmp_path / name)


def test_a_7z_whose_names_are_encrypted_is_refused(tmp_path: Path) -> None:
    import py7zr

    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password="x", header_encryption=True) as archive:
        archive.writestr(b"x", "a.png")
    assert "a.7z is encrypted: unpack it with its password" in refused(tmp_path / "a.7z")


def test_the_last_of_a_zips_disks_is_named(tmp_path: Path) -> None:
    data = bytearray(zip_bytes(FILES))
    data[data.rfind(b"PK\x05\x06") + 4] = 2
    (tmp_path / "a.zip").write_bytes(data)
    assert "a.zip is the last of several parts of a zip: join them (zip -s 0" in refused(tmp_path / "a.zip")
