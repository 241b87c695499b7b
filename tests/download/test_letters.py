"""Bytes become letters by one door: UTF-8 where they are, else a guess that is said; labels in one form."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from podium.download import letters
from podium.download.raw import open_raw
from podium.download.tables import parse
from podium.foundation.errors import UserError
from tests.competition.shipping import csv

WORDS = {
    "cp1251": ["берёза", "клён", "дуб"],
    "koi8_r": ["берёза", "клён", "дуб"],
    "gb18030": ["健康叶片", "锈病", "白粉病"],
    "cp932": ["さくら", "もみじ", "いちょう"],
    "cp949": ["단풍나무", "소나무", "은행나무"],
    "cp1250": ["žluťoučký", "kůň", "jeřabina"],
    "cp1252": ["Ahornblätter", "Führung", "Größe"],
    "cp1253": ["γάτα", "σκύλος", "άλογο"],
    "cp1255": ["חתול", "כלב", "סוס"],
    "cp1254": ["köpek", "kuş", "ığdır"],
}


@pytest.mark.parametrize("page", WORDS)
def test_a_table_in_any_code_page(page: str) -> None:
    rows = [f"t{i},{WORDS[page][i % 3]}" for i in range(30)]
    sheet = parse(csv("id,label", *rows).encode(page), "train.csv")
    assert sheet.columns["label"][:3] == WORDS[page]
    assert sheet.letters is not None and sheet.letters.guessed


def test_words_of_the_download_decide_where_few_letters_say_nothing() -> None:
    data = csv("id,label", "1,猫", "2,狗").encode("gbk")
    assert parse(data, "t.csv", known={"猫"}).columns["label"] == ["猫", "狗"]
    assert parse(data, "t.csv", page="gbk").columns["label"] == ["猫", "狗"]


@pytest.mark.parametrize(
    "page", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_told_with_and_without_its_mark(page: str) -> None:
    sheet = parse(csv("id,label", "1,Café", "2,Thé").encode(page), "t.csv")
    assert sheet.columns == {"id": ["1", "2"], "label": ["Café", "Thé"]}
    assert sheet.letters is not None and not sheet.letters.guessed


@pytest.mark.parametrize(("page", "words"), [("iso2022_jp", ["犬", "猫"]), ("hz", ["苹果", "香蕉"])])
def test_letters_written_in_seven_bits(page: str, words: list[str]) -> None:
    sheet = parse(csv("id,label", *(f"{i},{word}" for i, word in enumerate(words))).encode(page), "t.csv")
    assert sheet.columns["label"] == words and sheet.letters is not None and sheet.letters.guessed


def test_a_table_put_together_of_two_pages() -> None:
    rows = [f"{i},{('Café', 'Thé')[i % 2]}\n".encode("cp1252" if i == 5 else "utf-8") for i in range(8)]
    sheet = parse(b"id,label\n" + b"".join(rows), "t.csv")
    assert sheet.columns["label"] == ["Café", "Thé"] * 4
    assert sheet.letters is not None and sheet.letters.page == "utf-8, and 1 cells of it as cp1252"


def test_a_folders_names_of_two_pages(tmp_path: Path) -> None:
    for name in ("Café".encode(), "Thé".encode("cp1252")):
        os.makedirs(os.path.join(os.fsencode(tmp_path / "d"), name))
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path / "d"), name)), "1.png").write_bytes(b"x")
    (tmp_path / "d/train.csv").write_text("id,label\n1,Café\n2,Thé\n")
    assert open_raw(tmp_path / "d").names() == ["Café/1.png", "Thé/1.png", "train.csv"]


def test_a_zip_whose_names_are_no_utf8_though_it_says_so(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Café.png", b"x")
    path = tmp_path / "z.zip"
    path.write_bytes(file.getvalue().replace("Café".encode(), b"Caf\xe9\xe9"))
    with pytest.raises(UserError, match=r"z\.zip marks its names as UTF-8, and some are none: unpack it"):
        open_raw(path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Cafe\u0301", "Café"), ("big\u00a0cat", "big cat"), ("cat\u200b", "cat"), ("\ufeffcat", "cat"),
        ("\u200ecat\u202c", "cat"), ("cat\x7f", "cat"), ("a\u202eb", "a\u202eb"),
        ("\u2764\ufe0f", "\u2764"), ("a  b", "a b"), (" cat ", "cat"),
        ("so\u00adft", "soft"), ("全\u3000角", "全 角"),
    ],
)  # fmt: skip
def test_plain_letters(typed: str, meant: str) -> None:
    assert letters.plain(typed) == meant


def zip_with_names(names: list[bytes], extra: bool = False) -> bytes:
    """A zip whose names are these bytes, no flag set; extra: with the field that holds them in UTF-8."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i, name in enumerate(names):
            info = zipfile.ZipInfo(f"{i:0{len(name)}}")
            if extra:
                body = struct.pack("<BI", 1, zlib.crc32(name)) + name.decode("cp850").encode()
                info.extra = struct.pack("<HH", 0x7075, len(body)) + body
            archive.writestr(info, b"x")
    data = buffer.getvalue()
    for i, name in enumerate(names):
        data = data.replace(f"{i:0{len(name)}}".encode(), name)
    return data


def names(data: bytes, folder: Path, page: str | None = None) -> list[str]:
    path = folder / "a.zip"
    path.write_bytes(data)
    return open_raw(path, page=page).names()


def test_a_zips_names_in_a_code_page(tmp_path: Path) -> None:
    shipped = [f"train/{word}/{i}.png" for i, word in enumerate(WORDS["cp1251"])]
    assert names(zip_with_names([name.encode("cp866") for name in shipped]), tmp_path) == sorted(shipped)
    assert names(zip_with_names([name.encode("cp1251") for name in shipped]), tmp_path) == sorted(shipped)
    assert names(zip_with_names([b"\x8a.png"]), tmp_path, "cp1252") == ["Š.png"]


def test_a_zips_names_that_are_utf8_by_chance_follow_the_others(tmp_path: Path) -> None:
    assert names(zip_with_names(["猫/1.png".encode("gbk"), "狗/2.png".encode("gbk")]), tmp_path, "gbk") == [
        "狗/2.png", "猫/1.png",
    ]  # fmt: skip


def test_a_zips_unicode_field_comes_before_any_guess(tmp_path: Path) -> None:
    assert names(zip_with_names(["ØÅ.png".encode("cp850")], extra=True), tmp_path) == ["ØÅ.png"]


def test_a_folders_names_that_are_no_utf8(tmp_path: Path) -> None:
    for i, word in enumerate(WORDS["cp1252"]):
        place = os.path.join(os.fsencode(tmp_path), b"in", word.encode("cp1252"))
        os.makedirs(place)
        Path(os.fsdecode(os.path.join(place, b"%d.png" % i))).write_bytes(b"x")
    raw = open_raw(tmp_path / "in")
    assert raw.names() == sorted(f"{word}/{i}.png" for i, word in enumerate(WORDS["cp1252"]))
    assert [raw.read(name) for name in raw.names()] == [b"x"] * 3
    assert "file names are no UTF-8: read as cp1252" in raw.notes[0]


def test_an_encoding_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"competition\.encoding: 'klingon' is no encoding; give cp1252"):
        open_raw(tmp_path, page="klingon")
