"""corrections.csv: read strictly, applied before all else, never lost when one moves between classes."""

from pathlib import Path

import pandas as pd
import pytest

from podium.foundation.errors import UserError
from podium.labels import corrections

KNOWN = {"train/a.jpg", "train/b.jpg"}


def _read(tmp_path: Path, text: str, classes: list[str] | None = None) -> pd.DataFrame:
    path = tmp_path / "corrections.csv"
    path.write_text(text, encoding="utf-8")
    return corrections.read(path, KNOWN, classes or ["cat", "dog"])


def test_labels_are_strings_whatever_they_look_like(tmp_path: Path) -> None:
    found = _read(tmp_path, "image_id,label,note\ntrain/a.jpg,007,\ntrain/b.jpg,NA,x\n", ["007", "NA"])
    assert found["label"].tolist() == ["007", "NA"] and found["note"].tolist() == ["", "x"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "image_id,label,note\ntrain/a.jpg,bird,\n",
            "row 2: label 'bird' is no class: give one of cat, dog, or drop.",
        ),
        (
            "image_id,label,note\ntrain/a.jpg,cat,\ntrain/z.jpg,cat,\n",
            "row 3: 'train/z.jpg' is no labelled image of this competition: take image_id from "
            "data/clean/labels.csv, or remove the row.",
        ),
        (
            "image_id,label,note\ntrain/a.jpg,cat,\ntrain/a.jpg,dog,\n",
            "row 3: 'train/a.jpg' is 'dog' here and 'cat' in row 2: keep one.",
        ),
        ("image,label\ntrain/a.jpg,cat\n", "has no column 'image_id', found image, label"),
        ("", "is no CSV table"),
    ],
)
def test_a_mistake_names_its_row_and_the_way_out(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        _read(tmp_path, text)
    assert sentence in str(caught.value)


def test_a_decision_follows_its_image_to_another_class_folder(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("image_id,label,note\ntrain/cat/1.jpg,dog,clear\ntrain/cat/2.jpg,drop,\n")
    known = {"train/dog/1.jpg", "train/cat/2.jpg", "test/1.jpg"}
    found = corrections.read(path, known, ["cat", "dog"])
    assert found[["image_id", "label", "note", "moved_from"]].values.tolist() == [
        ["train/dog/1.jpg", "dog", "clear", "train/cat/1.jpg"],
        ["train/cat/2.jpg", "drop", "", ""],
    ]
    assert corrections.moved(found) == [
        "1 decisions of corrections.csv followed their image to another folder, 'train/cat/1.jpg' to "
        "'train/dog/1.jpg' for one."
    ]
    assert corrections.moved(found.iloc[1:]) == []


@pytest.mark.parametrize("known", [{"train/dog/1.jpg", "train/owl/1.jpg"}, {"validation/dog/1.jpg"}])
def test_a_decision_follows_no_image_that_could_be_another(tmp_path: Path, known: set[str]) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("image_id,label,note\ntrain/cat/1.jpg,dog,\n")
    with pytest.raises(UserError, match=r"row 2: 'train/cat/1.jpg' is no labelled image"):
        corrections.read(path, known, ["cat", "dog", "owl"])


def test_an_image_with_a_decision_of_its_own_gets_no_other(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("image_id,label,note\ntrain/cat/1.jpg,dog,\ntrain/dog/1.jpg,drop,\n")
    with pytest.raises(UserError, match=r"row 2: 'train/cat/1.jpg' is no labelled image"):
        corrections.read(path, {"train/dog/1.jpg"}, ["cat", "dog"])


def test_a_class_named_drop_is_refused_where_it_would_be_ambiguous(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="`drop` is both a class and the word for leaving out"):
        _read(tmp_path, "image_id,label,note\ntrain/a.jpg,drop,\n", ["cat", "drop"])


def test_the_same_word_twice_counts_once_and_a_missing_file_says_nothing(tmp_path: Path) -> None:
    text = "image_id,label,note\ntrain/a.jpg,cat,\ntrain/a.jpg,cat,again\n"
    assert len(_read(tmp_path, text)) == 1
    assert corrections.read(tmp_path / "none.csv", KNOWN, ["cat"]).empty


def test_a_correction_and_its_way_back() -> None:
    shipped = pd.DataFrame({"image_id": ["a", "b", "c", "d"], "label": list("xxyy"), "group": None})
    told = pd.DataFrame({"image_id": ["a", "b", "c"], "label": ["y", "x", "drop"], "note": ["n", "", ""]})
    found = corrections.apply(shipped, told)
    assert found["label_given"].tolist() == ["y", "x", "y", "y"]
    assert found["user"].tolist() == ["relabel", "keep", "drop", ""]
    back = corrections.apply(shipped, told.assign(label=["x", "x", "drop"]))
    assert back["label_given"].tolist() == ["x", "x", "y", "y"] and back["user"][0] == "keep"
