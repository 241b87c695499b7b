"""Links inside archives are followed, texts that stand for links are told."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from podium.download.links import followed
from podium.download.raw import open_raw
from tests.competition.shipping import ship_folder

LINKS = {"train/b": "../store/b", "train/again": "b", "one.png": "store/b/1.png", "up": "..", "out": "/etc"}
WANTED = ["one.png", "store/b/1.png", "train/a/2.png", "train/again/1.png", "train/b/1.png"]


def test_links_are_followed_to_files_folders_and_links() -> None:
    added, rest = followed(LINKS, {"store/b/1.png": 1, "train/a/2.png": 2})
    assert added == {"one.png": 1, "train/b/1.png": 1, "train/again/1.png": 1} and rest == ["up", "out"]


def test_a_ring_of_links_ends() -> None:
    assert followed({"a/b": "../a", "c": "d", "d": "c"}, {"a/1.png": 1}) == ({}, ["a/b", "c", "d"])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_links_of_an_archive(kind: str, tmp_path: Path) -> None:
    path, files = tmp_path / f"a.{kind}", ("store/b/1.png", "train/a/2.png")
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in files:
                archive.writestr(name, name)
            for name, target in LINKS.items():
                link = zipfile.ZipInfo(name)
                link.create_system, link.external_attr = 3, 0o120777 << 16
                archive.writestr(link, target)
    else:
        with tarfile.open(path, "w") as tar:
            for name in files:
                info = tarfile.TarInfo(f"./{name}")
                info.size = len(name)
                tar.addfile(info, io.BytesIO(name.encode()))
            for name, target in LINKS.items():
                info = tarfile.TarInfo(f"./{name}")
                info.type, info.linkname = tarfile.SYMTYPE, target
                tar.addfile(info)
    raw = open_raw(path)
    assert raw.names() == WANTED and raw.read("train/again/1.png") == b"store/b/1.png"
    assert "2 " in raw.notes[0] and "lead nowhere inside" in raw.notes[0] and "up" in raw.notes[0]


def test_a_hard_link_of_a_tar_without_the_leading_dot(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo("./a.png")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
        info = tarfile.TarInfo("b.png")
        info.type, info.linkname = tarfile.LNKTYPE, "a.png"
        tar.addfile(info)
    assert open_raw(tmp_path / "a.tar").names() == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("train/b", b"../store/b", "1 links written as text, such as train/b, were left out"),
        ("train/b.lnk", b"L\0\0\0\x01\x14\x02\0\xc0", "1 shortcuts of Windows, such as train/b.lnk"),
        ("train/b", b"book\0\0\0\0mark\0", "1 aliases of macOS, such as train/b"),
    ],
)
def test_a_file_that_stands_for_a_folder_is_told(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    raw = open_raw(ship_folder({"train/a/1.png": b"x", "LICENSE": b"Free to use.\n", name: data}, tmp_path))
    assert len(raw.notes) == 1 and said in raw.notes[0]
