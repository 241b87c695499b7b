"""Corrections, folds and external predictions are read as the download's tables are."""

from pathlib import Path

import pytest

from podium.download.frames import read_frame
from podium.folds import frozen
from podium.foundation.errors import UserError
from podium.labels import corrections

SAVED = {  # how spreadsheets save a table
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs in UTF-16": lambda text: text.replace(",", "\t").encode("utf-16"),
    "Windows' letters": lambda text: text.encode("cp1252"),
    "UTF-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "a first line for the separator": lambda text: ("sep=,\r\n" + text.replace("\n", "\r\n")).encode(),
}


@pytest.mark.parametrize("how", SAVED)
def test_corrections_that_a_spreadsheet_saved(how: str, tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(SAVED[how]("image_id,label,note\ntrain/Käfer.jpg,Größe,schön\n"))
    found = corrections.read(path, {"train/Käfer.jpg"}, ["Größe", "b"])
    assert found[["image_id", "label", "note"]].values.tolist() == [["train/Käfer.jpg", "Größe", "schön"]]


@pytest.mark.parametrize("how", SAVED)
def test_folds_that_a_spreadsheet_saved(how: str, tmp_path: Path) -> None:
    path = tmp_path / "folds.csv"
    path.write_bytes(SAVED[how]("image_id,fold\ntrain/Käfer.jpg,1.0\ntrain/b.jpg,-1\n"))
    assert frozen.read(path)["fold"].tolist() == [1, -1]


def test_what_is_no_table_says_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\0\1\2")
    with pytest.raises(UserError, match=r"a\.csv is no CSV table .* give image_id and fold\."):
        read_frame(tmp_path / "a.csv", "image_id and fold")
