"""The submission has the sample's ids, order, columns and header, and never a value that a server refuses."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.contracts.competition import Competition
from podium.foundation.errors import UserError
from podium.submission import submission

CLASSES = ["cat", "dog", "eel"]


def competition(form: str = "label", **more: object) -> Competition:
    values = {"name": "t", "classes": CLASSES, "metric": "accuracy", "form": form, "id_column": "id",
              "columns": ["label"], "values": CLASSES, "column_classes": []}  # fmt: skip
    return Competition.model_validate(values | more)


def images(ids: list[str], unreadable: tuple[str, ...] = ()) -> pd.DataFrame:
    status = ["unreadable" if name in unreadable else "ok" for name in ids]
    return pd.DataFrame(
        {"image_id": [f"test/{name}" for name in ids], "submission_id": ids, "status": status}
    )


def sample(path: Path, text: str, found: Competition) -> submission.Sample:
    file = path / "sample.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return submission.read_sample(file, found)


def fill(path: Path, text: str, found: Competition, probs: list[list[float]]) -> str:
    read = sample(path, text, found)
    rows = submission.fill(read, found, np.array(probs), 4)
    out = path / "submission.csv"
    submission.write(read, found, rows, out)
    return out.read_bytes().decode()


def test_labels_in_the_samples_order(tmp_path: Path) -> None:
    text = "id,label\n007,cat\n1,cat\n"
    assert fill(tmp_path, text, competition(), [[0.1, 0.9, 0], [0, 0, 1]]) == "id,label\n007,dog\n1,eel\n"


def test_probabilities_under_the_samples_header(tmp_path: Path) -> None:
    found = competition(
        "probabilities", columns=["p eel", "p_cat", "p_dog"], column_classes=[2, 0, 1], values=[]
    )
    text = "id,p eel,p_cat,p_dog\na,0,0,0\n"
    assert fill(tmp_path, text, found, [[0.25, 0.25, 0.5]]).splitlines()[1] == "a,0.5000,0.2500,0.2500"


def test_a_byte_order_mark_and_windows_line_ends_are_left_out(tmp_path: Path) -> None:
    text = "\ufeffid,label\r\na,cat\r\n"
    assert fill(tmp_path, text, competition(), [[0, 1, 0]]) == "id,label\na,dog\n"


def test_a_quoted_header_a_tab_and_other_columns_stay(tmp_path: Path) -> None:
    text = '"id"\tusage\t"label"\na\tPublic\tcat\n'
    assert fill(tmp_path, text, competition(), [[0, 1, 0]]) == '"id"\tusage\t"label"\na\tPublic\tdog\n'


def test_the_id_need_not_stand_first(tmp_path: Path) -> None:
    assert fill(tmp_path, "label,id\ncat,a\n", competition(), [[0, 1, 0]]) == "label,id\ndog,a\n"


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "@sum(1)", "+1", "-1", "00012", "1e5", "a b", 'q"uote', "ü,x"]
)
def test_ids_are_kept_letter_by_letter(tmp_path: Path, name: str) -> None:
    cell = '"' + name.replace('"', '""') + '"'
    filled = fill(tmp_path, f"id,label\n{cell},cat\n", competition(), [[0, 1, 0]])
    assert list(csv.reader(io.StringIO(filled)))[1] == [name, "dog"]


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"sample\.csv: the id 'a' stands twice; each image has one row\."):
        sample(tmp_path, "id,label\na,cat\na,cat\n", competition())


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no column 'label' \(id, target\): run `dvc repro`\."):
        sample(tmp_path, "id,target\na,cat\n", competition())


def test_a_missing_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.csv is missing: run `dvc repro`\."):
        submission.read_sample(tmp_path / "none.csv", competition())


def test_prior_by_hand() -> None:
    assert submission.prior(competition(), ["cat", "cat", "dog", "cat"]).tolist() == [0.75, 0.25, 0.0]
    assert submission.prior(competition(), []).tolist() == [1 / 3] * 3


def test_align_orders_by_the_sample_and_gives_unreadable_images_the_prior() -> None:
    probs = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    shares = np.array([0.5, 0.3, 0.2])
    found = submission.align(
        ["c", "b", "a"], images(["a", "b", "c"], ("b",)), ["test/a", "test/c"], probs, shares
    )
    assert found.unreadable == ["b"]
    np.testing.assert_allclose(found.probs, [[0.1, 0.1, 0.8], [0.5, 0.3, 0.2], [0.7, 0.2, 0.1]])


def test_a_class_without_a_training_image_gets_nothing() -> None:
    probs = np.array([[0.2, 0.2, 0.6], [0.0, 0.0, 1.0]])
    shares = np.array([0.75, 0.25, 0.0])
    found = submission.align(["a", "b"], images(["a", "b"]), ["test/a", "test/b"], probs, shares)
    np.testing.assert_allclose(found.probs, [[0.5, 0.5, 0.0], [0.75, 0.25, 0.0]])


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(
        UserError, match="sample_submission: no test image for the id 'z': run `dvc repro ingest`"
    ):
        submission.align(["z"], images(["a"]), ["test/a"], np.eye(3)[:1], np.full(3, 1 / 3))


def test_a_readable_image_without_a_prediction_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"test\.parquet has no prediction for test/a: run `dvc repro -f predict"
    ):
        submission.align(["a"], images(["a"]), [], np.empty((0, 3)), np.full(3, 1 / 3))


def test_nothing_is_predicted_at_all_when_no_test_image_can_be_read() -> None:
    shares = np.array([0.5, 0.3, 0.2])
    found = submission.align(["a"], images(["a"], ("a",)), [], np.empty((0, 3)), shares)
    np.testing.assert_allclose(found.probs, [shares])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["b", "cat"], ["a", "cat"]], "ids are not the sample's"),
        ([["a", "cat"]], "ids are not the sample's"),
        ([["a", "cat"], ["b", ""]], "row 2: \\[''\\] has an empty value"),
        ([["a", "cow"], ["b", "cat"]], "row 1: \\['cow'\\] is no class"),
    ],
)
def test_check_refuses(tmp_path: Path, rows: list[list[str]], words: str) -> None:
    read = sample(tmp_path, "id,label\na,cat\nb,cat\n", competition())
    with pytest.raises(AssertionError, match=words):
        submission.write(read, competition(), rows, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_not_what_was_meant_never_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = sample(tmp_path, "id,label\na,cat\nb,cat\n", competition())
    honest = csv.reader
    monkeypatch.setattr(
        submission.csv, "reader", lambda *a, **k: [[row[0], "eel"] for row in honest(*a, **k)]
    )
    with pytest.raises(AssertionError, match="a row changed in the file"):
        submission.write(read, competition(), [["a", "cat"], ["b", "cat"]], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("values", [["nan", "0.5"], ["1.2", "-0.2"], ["inf", "0"], ["0.5", "0.4"]])
def test_check_refuses_what_is_no_probability(tmp_path: Path, values: list[str]) -> None:
    found = competition(
        "probabilities", classes=["x", "y"], columns=["x", "y"], column_classes=[0, 1], values=[]
    )
    read = sample(tmp_path, "id,x,y\na,0,0\n", found)
    with pytest.raises(AssertionError, match="submission row 1"):
        submission.check(read, found, [["a", *values]])


def test_top_k_of_strangers_is_refused(tmp_path: Path) -> None:
    found = competition("top_k", top_k=2)
    read = sample(tmp_path, "id,label\na,cat dog\n", found)
    with pytest.raises(AssertionError, match="names no classes"):
        submission.check(read, found, [["a", "cat cow"]])


def test_sentences(tmp_path: Path) -> None:
    found = competition(sample_shipped=False)
    read = sample(tmp_path, "id,label\na,cat\nb,cat\n", found)
    aligned = submission.Aligned(np.array([[0, 1, 0], [0, 1, 0.0]]), ["b"])
    said = submission.sentences(read, found, aligned, Path("out.csv"), np.array([0.5, 0.3, 0.2]))
    assert said == [
        "out.csv: 2 rows, form label (label)",
        "warning: no sample_submission was shipped: ids and columns were built from the test images",
        "warning: 1 unreadable test images got the classes' prior: b",
        "predicted classes (in training): dog 100.0% (30.0%), cat 0.0% (50.0%), eel 0.0% (20.0%)",
    ]


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text and text.strip()
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.lists(TEXT, min_size=1, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_any_ids_come_back_in_the_samples_order(tmp_path: Path, ids: list[str], random: object) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([["id", "label"], *([name, "cat"] for name in ids)])
    read = sample(tmp_path, buffer.getvalue(), competition())
    shuffled = sorted(ids)
    probs = np.eye(3)[np.arange(len(ids)) % 3]
    aligned = submission.align(
        read.ids, images(shuffled), [f"test/{i}" for i in shuffled], probs, np.full(3, 1 / 3)
    )
    submission.write(
        read, competition(), submission.fill(read, competition(), aligned.probs, 4), tmp_path / "o.csv"
    )
    with (tmp_path / "o.csv").open(newline="", encoding="utf-8") as file:
        back = list(csv.reader(file))[1:]
    assert back == [[name, CLASSES[shuffled.index(name) % 3]] for name in ids]
