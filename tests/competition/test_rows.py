"""Ids that mean several images: which images are one row, in every way that downloads say so."""

from pathlib import Path

import pytest

from podium.competition.index import table
from podium.competition.matching import ImageIndex, match
from podium.competition.rows import several
from podium.foundation.errors import UserError
from tests.competition.shipping import Files, csv, found, images

TRAIN = ("a", "b", "c", "d")  # rows; a and c are sick
LABELS = csv("id,label", "a,sick", "b,well", "c,sick", "d,well")
SAMPLE = csv("id,label", "x,well", "y,sick")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def folders() -> Files:
    files = images(*(f"train/{row}/{view}.png" for row in TRAIN for view in ("0", "1")))
    files |= images("test/x/0.png", "test/x/1.png", "test/x/2.png", "test/y/0.png")
    return files | {"train.csv": LABELS, "sample_submission.csv": SAMPLE}


def beginnings() -> Files:
    files = images(*(f"train/{row}_{view}.png" for row in TRAIN for view in ("left", "right")))
    files |= images("test/x_left.png", "test/x_right.png", "test/x_top.png", "test/y_left.png")
    return files | {"train.csv": LABELS, "sample_submission.csv": SAMPLE}


def tables() -> Files:
    words = dict(zip(TRAIN, ("sick", "well", "sick", "well"), strict=True))
    files = images(*(f"train/{i}.png" for i in range(8)), *(f"test/{i}.png" for i in range(100, 104)))
    rows = [f"{2 * n + i},{row},{words[row]}" for n, row in enumerate(TRAIN) for i in range(2)]
    return files | {
        "train.csv": csv("image,id,label", *rows),
        "test.csv": csv("image,id", "100,x", "101,x", "102,x", "103,y"),
        "sample_submission.csv": SAMPLE,
    }


def colours() -> Files:
    """Each colour of a picture in a file of its own: they vote as views do."""
    files = images(*(f"train/{row}_{colour}.png" for row in TRAIN for colour in ("red", "blue")))
    files |= images("test/x_red.png", "test/x_blue.png", "test/x_green.png", "test/y_blue.png")
    return files | {"train.csv": LABELS, "sample_submission.csv": SAMPLE}


def class_folders() -> Files:
    words = {"a": "sick", "b": "well", "c": "sick", "d": "well"}
    files = images(*(f"train/{words[row]}/{row}/{view}.png" for row in TRAIN for view in "01"))
    files |= images("test/x/0.png", "test/x/1.png", "test/x/2.png", "test/y/0.png")
    return files | {"sample_submission.csv": SAMPLE}


FORMS = {form.__name__: form for form in (folders, beginnings, colours, tables, class_folders)}


@pytest.mark.parametrize("name", FORMS)
def test_images_of_one_id_are_one_row(name: str, tmp_path: Path) -> None:
    got = found(FORMS[name](), tmp_path)
    train = [image for image in got.images if image.subset == "train"]
    assert len(train) == len(got.labels) == 8
    rows: dict[str, set[str]] = {}
    for image in train:
        rows.setdefault(image.row, set()).add(got.labels[image.image_id])
    assert len(rows) == 4 and all(len(labels) == 1 for labels in rows.values())
    tests = [image.submission_id for image in got.images if image.subset == "test"]
    assert sorted(tests) == ["x", "x", "x", "y"]
    assert "8 training images are 4 rows, of 1 to 2 images" in table(got.findings)
    assert "an id has up to 3 images, as x has" in table(got.findings)


def test_the_first_readable_image_names_its_row() -> None:
    rows = {
        "train/2": "train/a",
        "train/1": "train/a",
        "train/3": "train/a",
        "train/4": "train/b",
        "train/5": "",
    }
    assert several(rows, {"train/2", "train/3", "train/4", "train/5"}) == {
        "train/2": "train/2", "train/3": "train/2",
    }  # fmt: skip


def test_a_row_of_two_labels_is_refused(tmp_path: Path) -> None:
    files = tables()
    files["train.csv"] = str(files["train.csv"]).replace("1,a,sick", "1,a,well")
    with pytest.raises(
        UserError, match=r"train.csv: train/0.png is 'sick' and train/1.png is 'well', but both"
    ):
        found(files, tmp_path)


def test_rows_that_nothing_tells_are_said(tmp_path: Path) -> None:
    files = {name: data for name, data in beginnings().items() if not name.startswith("train")}
    files |= images(*(f"train/{word}/{i}.png" for word in ("sick", "well") for i in range(3)))
    got = found(files, tmp_path)
    warned = [finding.found for finding in got.findings if finding.warning]
    assert any(text.startswith("nothing says which training images make a row") for text in warned)
    assert {image.row for image in got.images if image.subset == "train"} == {""}


def test_a_list_of_classes_is_no_table_of_rows(tmp_path: Path) -> None:
    files = images(*(f"train/{number}/im{i}.png" for number in (0, 1) for i in range(3)))
    files |= images("test/x_left.png", "test/x_right.png")
    files |= {
        "classes.csv": csv("class_id,label", "0,cat", "1,dog"),
        "sample_submission.csv": csv("id,label", "x,cat"),
    }
    got = found(files, tmp_path)
    assert got.labels["train/train/0/im0.png"] == "cat"
    assert {image.row for image in got.images if image.subset == "train"} == {""}


def test_measured_rows_may_each_have_a_number_of_their_own(tmp_path: Path) -> None:
    names = [f"r{i:02d}" for i in range(24)]
    files = images(
        *(f"train/{row}/{view}.png" for row in names for view in "01"), "test/x/0.png", "test/x/1.png"
    )
    files |= {"train.csv": csv("id,weight", *(f"{row},{i + 0.25}" for i, row in enumerate(names)))}
    got = found(files | {"sample_submission.csv": csv("id,weight", "x,0.5")}, tmp_path)
    assert got.competition.task == "number" and len(got.labels) == 48


def test_of_nested_ids_the_longest_has_the_image() -> None:
    pool = ImageIndex(["t/p1_a.png", "t/p1_2_a.png", "t/p1_2_b.png", "t/007 x.png"], "id")
    made = match(["p1", "p1_2"], pool)
    assert made.ids() == {"t/p1_a.png": "p1", "t/p1_2_a.png": "p1_2", "t/p1_2_b.png": "p1_2"}
    assert match(["p1", "p1_2"], ImageIndex(pool.paths)).missing == ["p1", "p1_2"]
    assert match(["7"], pool).found == {"7": "t/007 x.png"}


def test_an_id_may_be_written_with_its_folder() -> None:
    pool = ImageIndex(["train/p1/s2/0.png", "train/p1/s2/1.png", "train/p2/s2/0.png"], "id")
    made = match(["p1/s2", "p2/s2"], pool)
    assert made.paths("p1/s2") == ["train/p1/s2/0.png", "train/p1/s2/1.png"]
    assert made.paths("p2/s2") == ["train/p2/s2/0.png"]
