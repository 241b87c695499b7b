"""Label sets, numbers and grades are told from what was shipped, and so are submissions' forms."""

from pathlib import Path

import pytest

from podium.competition.detect import Detected
from podium.download.meta import Meta
from podium.foundation.errors import UserError
from tests.competition.layouts import sample, unseen
from tests.competition.shipping import Files, csv, found, many

HOT = "id,cat,dog,owl"


@pytest.fixture
def of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What detection makes of files, train/a0 … a7 and test/t0 among them."""
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))

    def detected(files: Files, meta: Meta | None = None, **params: object) -> Detected:
        return found(many("train/a{}.jpg", 8) | unseen("test/t{}.jpg", 1) | files, tmp_path, meta, **params)

    return detected


def table(*cells: str, header: str = "id,label") -> Files:
    return {"train.csv": csv(header, *(f"a{i},{cells[i % len(cells)]}" for i in range(8)))}


@pytest.mark.parametrize(
    ("cells", "mark"),
    [(("cat dog", "dog", "cat", "owl"), " "), (("cat|dog", "dog", "cat", "owl"), "|"),
     (("cat;dog", "dog", "cat", "owl"), ";")],
)  # fmt: skip
def test_words_in_a_cell(of, cells: tuple[str, ...], mark: str) -> None:
    made = of(table(*cells) | sample(f"t0,cat{mark}owl"))
    known = made.competition
    assert (known.task, known.classes) == ("multi", ["cat", "dog", "owl"])
    assert known.answers == ["cat", "cat|dog", "dog", "owl"]
    assert made.labels["train/train/a0.jpg"] == "cat|dog"
    assert (known.form, known.separator, known.metric) == ("sets", mark, "f1_micro")
    assert not known.may_be_empty


def test_a_sample_with_an_empty_cell_allows_empty_ones(of) -> None:
    files = table("cat dog", "dog", "cat", "owl") | {"sample_submission.csv": csv("id,label", "t0,")}
    assert of(files).competition.may_be_empty


def test_a_column_of_0_and_1_for_each_label(of) -> None:
    made = of(table("1,1,0", "0,0,1", "0,0,0", "1,0,0", header=HOT) | sample("t0,0.5,0.5,0.5", header=HOT))
    known = made.competition
    assert (known.task, known.classes) == ("multi", ["cat", "dog", "owl"])
    assert known.answers == ["(none)", "cat", "cat|dog", "owl"]
    assert (known.form, known.columns, known.metric) == ("chances", ["cat", "dog", "owl"], "roc_auc")


def test_a_metric_of_decisions_wants_0_and_1(of) -> None:
    files = table("1,1,0", "0,0,1", header=HOT) | sample("t0,0,0,0", header=HOT)
    assert of(files, metric="micro f1").competition.form == "flags"
    assert of(files, metric="mean column auc").competition.form == "chances"
    assert of(files, metric="MAP").competition.metric == "average_precision"


def test_a_row_for_every_image_and_label(of) -> None:
    rows = [f"a{i},{label}" for i in range(8) for label in (("cat", "dog") if i % 2 else ("owl",))]
    made = of({"train.csv": csv("id,label", *rows)} | sample("t0,cat owl"))
    assert made.competition.task == "multi"
    assert made.labels["train/train/a1.jpg"] == "cat|dog"
    assert made.labels["train/train/a2.jpg"] == "owl"


def test_one_column_of_0_and_1_in_each_row_is_one_class(of) -> None:
    files = table("1,0,0", "0,1,0", "0,0,1", header=HOT) | sample("t0,0.5,0.5,0.5", header=HOT)
    assert of(files).competition.task == "single"


def test_measured_numbers(of) -> None:
    made = of(table(*(f"{i}.{i}" for i in range(8))) | sample("t0,3.5"))
    known = made.competition
    assert (known.task, known.classes, known.form, known.metric) == ("number", ["label"], "numbers", "rmse")
    assert known.answers[:2] == ["0.0", "1.1"]
    assert made.labels["train/train/a3.jpg"] == "3.3"


def test_whole_numbers_are_measured_where_the_metric_says_so(of) -> None:
    files = table("1", "2", "3") | sample("t0,1")
    assert of(files, metric="rmse").competition.task == "number"
    assert of(files).competition.task == "single"


def test_several_numbers(of) -> None:
    header = "id,height,weight"
    made = of(table("1.5,70", "1.8,81.5", header=header) | sample("t0,0,0", header=header))
    known = made.competition
    assert (known.task, known.classes, known.columns) == (
        "number",
        ["height", "weight"],
        ["height", "weight"],
    )
    assert known.table.ravel().tolist() == pytest.approx([1.5, 70.0, 1.8, 81.5])


@pytest.mark.parametrize("header", ["id,grade", "id,severity_level", "id,KL-stage"])
def test_grades_by_the_column_s_name(of, header: str) -> None:
    made = of(table("0", "1", "2", "1", header=header) | sample("t0,0", header=header))
    known = made.competition
    assert (known.task, known.metric, known.answers) == ("ordinal", "quadratic_kappa", ["0", "1", "2"])
    assert any(finding.what == "task" and finding.warning for finding in made.findings)


def test_grades_by_the_metric(of) -> None:
    files = table("0", "1", "2", header="id,diagnosis") | sample("t0,0", header="id,diagnosis")
    assert of(files, metric="quadratic weighted kappa").competition.task == "ordinal"
    assert of(files).competition.task == "single"


def test_a_grade_under_another_metric_is_a_class(of) -> None:
    files = table("0", "1", "2", header="id,grade") | sample("t0,0", header="id,grade")
    assert of(files, metric="accuracy").competition.task == "single"


def test_a_metric_of_another_task_is_refused(of) -> None:
    files = table("cat dog", "dog", "cat", "owl") | sample("t0,cat")
    with pytest.raises(
        UserError, match=r"metric: quadratic_kappa does not judge what was found, the task multi"
    ):
        of(files, metric="kappa")


def test_a_form_of_another_task_is_refused(of) -> None:
    files = table("cat dog", "dog", "cat", "owl") | sample("t0,cat")
    with pytest.raises(UserError, match=r"form: integer is for one class an image, the labels are several"):
        of(files, form="integer")


def test_without_a_sample_the_submission_is_as_the_labels_are(of) -> None:
    known = of(table("cat;dog", "dog", "cat", "owl")).competition
    assert (known.form, known.separator, known.columns) == ("sets", ";", ["label"])
    known = of(table("1,1,0", "0,0,1", header=HOT)).competition
    assert (known.form, known.columns) == ("chances", ["cat", "dog", "owl"])
