"""Columns beside the image: which may help, and why others are left out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from podium.competition.index import table
from tests.competition.shipping import Files, csv, found, many

TRAIN, TEST = 40, 10


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def label(i: int) -> str:
    return "sick" if i % 3 == 0 else "well"


COLUMNS = {  # name -> (cell of a training image, cell of a test image; None: the test has no such column)
    "age": (lambda i: str(20 + i % 17), lambda i: str(25 + i)),
    "site": (lambda i: ["", "north", "south"][i % 4 % 3], lambda i: "north" if i % 2 else "south"),
    "dose": (lambda i: f"{i * 0.37:.2f}", lambda i: f"{i * 0.41:.2f}"),
    "country": (lambda i: "de", lambda i: "de"),
    "url": (lambda i: f"http://x/{i}", lambda i: f"http://x/t{i}"),
    "serial": (lambda i: str(5000 + i), lambda i: str(9000 + i)),
    "doctor": (lambda i: f"d{i // 2}", lambda i: f"e{i}"),
    "verdict": (lambda i: "pos" if label(i) == "sick" else "neg", lambda i: "pos"),
    "score": (lambda i: f"{(label(i) == 'sick') + i / 100:.2f}", lambda i: "0.5"),
    "biopsy": (lambda i: "done" if i % 2 else "no", None),
    "note": (lambda i: "hm" if i == 3 else "", lambda i: ""),
}


def ship() -> Files:
    """COLUMNS beside the id and the label, and a table of folds that nobody asked for."""
    told = [name for name in COLUMNS if COLUMNS[name][1]]
    files = many("train/a{}.png", TRAIN) | many("test/b{}.png", TEST)
    rows = [",".join([f"a{i}", label(i), *(COLUMNS[name][0](i) for name in COLUMNS)]) for i in range(TRAIN)]
    tests = [",".join([f"b{i}", *(COLUMNS[name][1](i) for name in told)]) for i in range(TEST)]
    return files | {
        "train.csv": csv(",".join(["id", "label", *COLUMNS]), *rows),
        "test.csv": csv(",".join(["id", *told]), *tests),
        "sample_submission.csv": csv("id,label", *(f"b{i},well" for i in range(TEST))),
    }


def test_what_may_help_is_kept_and_the_rest_told(tmp_path: Path) -> None:
    got = found(ship(), tmp_path, label_column="label")
    assert list(got.columns) == ["age", "site", "dose"]
    assert got.columns["age"]["train/a3.png"] == "23" and got.columns["age"]["test/b3.png"] == "28"
    assert "train/a4.png" not in got.columns["site"] and got.columns["site"]["test/b0.png"] == "south"
    said = table(got.findings)
    for text in (
        "may help: age, site, dose",
        "country (always the same)",
        "url (a value of its own for each row",
        "serial (a value of its own for each row",
        "doctor (the test has other values",
        "verdict (it tells the label of every training image",
        "score (it tells the label of every training image",
        "biopsy (missing in the test)",
        "note (empty for most training images)",
    ):
        assert text in said
    assert not any(name in said for name in ("label (", "id ("))


def test_a_site_that_the_test_shares_is_a_column_and_no_group(tmp_path: Path) -> None:
    got = found(ship(), tmp_path, label_column="label")
    assert not {"north", "south"} & set(
        got.groups.values()
    ) and "none by site: the test images are of the same ones" in table(got.findings)
    kept = found(ship(), tmp_path, label_column="label", group_column="site")
    assert set(kept.groups.values()) == {"north", "south"}


def test_a_column_whose_values_repeat_and_never_meet_the_tests_tells_the_groups(tmp_path: Path) -> None:
    got = found(ship(), tmp_path, label_column="label")
    assert got.groups["train/train/a6.png"] == got.groups["train/train/a7.png"] == "d3"
    assert "doctor: its 20 values repeat in training, and the test has none" in table(got.findings)


@pytest.mark.parametrize(
    ("doctor", "seen"),
    [
        (lambda i: f"d{i // 2}", "d0"),  # the test has one of training's
        (lambda i: f"d{i // 8}", "e"),  # five values: too few to know
        (lambda i: f"{label(i)}{i // 3}", "e"),  # hardly any repeats
        (lambda i: f"{i // 2}.5", "9.25"),  # measured
        (lambda i: "d0" if label(i) == "sick" else f"d{1 + i // 3}", "e"),  # all sick ones are of one
    ],
)
def test_other_columns_tell_no_groups(doctor: Callable[[int], str], seen: str, tmp_path: Path) -> None:
    files = many("train/a{}.png", TRAIN) | many("test/b{}.png", TEST)
    rows = [f"a{i},{label(i)},{doctor(i)}" for i in range(TRAIN)]
    files |= {"train.csv": csv("id,label,doctor", *rows)}
    files |= {"test.csv": csv("id,doctor", *(f"b{i},{seen}" for i in range(TEST)))}
    files |= {"sample_submission.csv": csv("id,label", *(f"b{i},well" for i in range(TEST)))}
    assert not found(files, tmp_path, label_column="label").groups


def test_one_table_may_tell_of_training_and_test(tmp_path: Path) -> None:
    files = ship()
    whole = [f"a{i},{'NE'[i % 2]}" for i in range(TRAIN)] + [f"b{i},{'NE'[i % 2]}" for i in range(TEST)]
    files |= {"train.csv": csv("id,label", *(f"a{i},{label(i)}" for i in range(TRAIN)))}
    files |= {"test.csv": csv("id", *(f"b{i}" for i in range(TEST))), "meta.csv": csv("file,camera", *whole)}
    got = found(files, tmp_path)
    assert list(got.columns) == ["camera"] and len(got.columns["camera"]) == TRAIN + TEST


def test_a_table_whose_ids_fit_train_and_test_tells_of_one(tmp_path: Path) -> None:
    """1.png lies in train and in test: nobody knows which of them a table of ids means."""
    files = many("train/{}.png", TRAIN) | many("test/{}.png", TEST)
    files |= {"train.csv": csv("id,label", *(f"{i},{label(i)}" for i in range(TRAIN)))}
    files |= {"sample_submission.csv": csv("id,label", *(f"{i},well" for i in range(TEST)))}
    files |= {"meta.csv": csv("id,camera", *(f"{i},{'NE'[i % 2]}" for i in range(TRAIN)))}
    got = found(files, tmp_path)
    assert not got.columns and "camera (missing in the test)" in table(got.findings)


def test_places_that_hold_sequences_are_the_groups(tmp_path: Path) -> None:
    """A camera's sequences are told by name; the test is of other cameras, and each has whole sequences."""
    files = many("train/a{}.png", TRAIN) | many("test/b{}.png", TEST)
    rows = [f"a{i},{label(i)},s{i // 2},c{i // 4}" for i in range(TRAIN)]
    files |= {"train.csv": csv("id,label,sequence,camera", *rows)}
    files |= {"test.csv": csv("id,sequence,camera", *(f"b{i},t{i // 2},d{i // 4}" for i in range(TEST)))}
    files |= {"sample_submission.csv": csv("id,label", *(f"b{i},well" for i in range(TEST)))}
    got = found(files, tmp_path)
    assert set(got.groups.values()) == {f"c{i}" for i in range(10)}
    assert (
        "camera: its 10 values repeat in training, and the test has none of them; each holds sequence whole"
        in (table(got.findings))
    )
    torn = {
        name: str(data).replace("a1,well,s0,c0", "a1,well,s0,c9")
        for name, data in files.items()
        if name.endswith("csv")
    }
    assert set(found(files | torn, tmp_path).groups.values()) == {f"s{i}" for i in range(20)}
