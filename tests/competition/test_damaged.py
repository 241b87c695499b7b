"""Downloads of which a part is damaged: one sentence with its name; what nobody needs is passed over."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from podium.competition.detect import detect
from podium.competition.params import CompetitionParams
from podium.download.raw import open_raw
from podium.foundation.errors import UserError
from stages import ingest
from tests.competition.layouts import CATS_DOGS, LABELLED, folders, sample, unseen
from tests.competition.shipping import Files, csv, many, ship_zip

WHOLE = (
    many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | sample("t0,cat", "t1,dog")
    | {"train.csv": csv("id,label", *CATS_DOGS)}
)  # fmt: skip


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def flipped(files: Files, at: bytes, path: Path) -> Path:
    """A zip of these files, stored, with one bit changed behind `at`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data = bytearray(out.getvalue())
    data[data.index(at) + len(at)] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("more", "at", "sentence"),
    [
        ({}, b"id,label\na1", "train.csv is damaged in the zip (wrong checksum): download"),
        ({}, b"id,label\nt0", "sample_submission.csv is damaged in the zip (wrong"),
        ({"more.zip": b"PK\3\4" + b"inner" * 9}, b"innerinner", "more.zip is damaged in the zip"),
    ],
)  # fmt: skip
def test_what_is_needed(more: Files, at: bytes, sentence: str, tmp_path: Path) -> None:
    path = flipped(WHOLE | more, at, tmp_path / "comp.zip")
    with pytest.raises(UserError) as caught:
        detect(open_raw(path), CompetitionParams(path=str(path)))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [("page.md", "## Evaluation\n\nmean F1"), ("meta.json", '{"some": 1}'), ("page", "nothing at all")],
)  # fmt: skip
def test_what_nobody_needs_is_passed_over(name: str, text: str, tmp_path: Path) -> None:
    path = flipped(WHOLE | {name: text}, text[:9].encode(), tmp_path / "comp.zip")
    assert detect(open_raw(path), CompetitionParams(path=str(path))).competition.classes == ["cat", "dog"]


def ingested(files: Files, tmp_path: Path, **params: object) -> None:
    path = ship_zip(files, tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"competition": {"path": str(path), **params}}))
    ingest.main()


def test_no_test_image_can_be_read(tmp_path: Path) -> None:
    files = folders() | LABELLED | {f"test/{i}.jpg": b"404: Not Found" for i in range(3)}
    with pytest.raises(UserError, match=r"none of the 3 test images can be read: test/0\.jpg: .*404: Not"):
        ingested(files, tmp_path)


def test_an_empty_file_stands_for_a_test_image_that_nobody_has(tmp_path: Path) -> None:
    ingested(folders() | LABELLED | unseen() | {"test/1.jpg": b""}, tmp_path)


def test_files_of_several_pictures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = [Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (9, 99, 199)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    ingested(folders() | LABELLED | unseen() | {"train/cat/pages.tif": out.getvalue()}, tmp_path)
    said = capsys.readouterr().out
    assert "1 of 8 files hold several pictures, such as train/cat/pages.tif (the first was taken" in said
