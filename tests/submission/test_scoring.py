"""The server's score of a submission, worked by hand, and what a server refuses."""

import math
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.submission import scoring


def scored(tmp_path: Path, submission: str, solution: str) -> scoring.Score:
    (tmp_path / "sub.csv").write_text(submission)
    (tmp_path / "sol.csv").write_text(solution)
    return scoring.score(scoring.read(tmp_path / "sub.csv"), scoring.read(tmp_path / "sol.csv"))


LABELS = "id,label\na,cat\nb,dog\nc,dog\nd,cat\n"


def test_labels_in_any_order(tmp_path: Path) -> None:
    made = scored(tmp_path, "id,label\nd,cat\na,cat\nb,cat\nc,dog\n", LABELS)
    assert made == scoring.Score(4, 0.75)
    assert made.sentence() == "accuracy 0.7500 on 4 hidden images"


def test_a_column_a_class_also_prefixed(tmp_path: Path) -> None:
    rows = "a,0.8,0.2\nb,0.5,0.5\nc,1,3e-1\nd,1,0\n"  # c's row is rescaled: 1/1.3, 0.3/1.3
    expected = -(math.log(0.8) + math.log(0.5) + math.log(0.3 / 1.3) + math.log(1)) / 4
    for header in ("id,cat,dog", "id,p_cat,p_dog"):
        made = scored(tmp_path, f"{header}\n{rows}", LABELS)
        assert made.accuracy == 0.5  # a tie is the first column's
        assert made.log_loss == pytest.approx(expected)


def test_one_probability_for_two_classes(tmp_path: Path) -> None:
    made = scored(tmp_path, "id,label\n1,0.9\n2,0.4\n", "id,label\n1,1\n2,1\n")
    assert made.accuracy == 0.5
    assert made.log_loss == pytest.approx(-(math.log(0.9) + math.log(0.4)) / 2)


@pytest.mark.parametrize(
    ("submission", "sentence"),
    [
        ("id,label\na,cat\nb,dog\n", r"sub\.csv misses 2 ids of .*sol\.csv: 'c', 'd'\."),
        ("id,label\na,cat\nb,cat\nc,cat\nd,cat\ne,cat\n", r"sub\.csv has too many 1 ids of .*: 'e'\."),
        ("id,label\na,cat\na,cat\n", r"sub\.csv: the id 'a' stands 2 times; each image has one row\."),
        ("id,label\na,cat\nb,\nc,cat\nd,cat\n", r"sub\.csv, line 3, id 'b' has no value in 'label'\."),
        ("id,cat,dog\na,1,0\nb,1.2,0\nc,1,0\nd,1,0\n", r"line 3, id 'b': '1\.2' in 'cat' is no probability"),
        ("id,cat,dog\na,1,0\nb,1,nan\nc,1,0\nd,1,0\n", r"line 3, id 'b': 'nan' in 'dog' is no probability"),
        ("id,cat,dog\na,1,0\nb,1,x\nc,1,0\nd,1,0\n", r"line 3, id 'b': 'x' in 'dog' is no probability"),
        ("id,cat,dog\na,1,0\nb,0,0\nc,1,0\nd,1,0\n", r"line 3, id 'b': every probability is 0\."),
        ("id,cat,fox\na,1,0\nb,1,0\nc,1,0\nd,1,0\n", r"has no column for the class 'dog'; it has cat, fox\."),
        ("id\na\n", r"sub\.csv has one column, 'id': an id and a value are needed\."),
    ],
)
def test_what_a_server_refuses(tmp_path: Path, submission: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        scored(tmp_path, submission, LABELS)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.csv is missing: run `dvc repro`\."):
        scoring.read(tmp_path / "none.csv")
