"""The demo's leaderboard: worked answers, and what a server refuses."""

import math
from pathlib import Path

import pytest

from podium.competition.solution import score
from podium.errors import UserError


def scores(path: Path, sent: str, truth: str) -> dict[str, float]:
    (path / "sent.csv").write_text(sent)
    (path / "truth.csv").write_text(truth)
    return score(path / "sent.csv", path / "truth.csv")


def test_accuracy_by_hand(tmp_path: Path) -> None:
    assert scores(tmp_path, "id,label\nb,dog\na,cat\n", "id,label\na,cat\nb,cat\n") == {"accuracy": 0.5}


def test_log_loss_by_hand_with_columns_named_as_the_labels(tmp_path: Path) -> None:
    sent = "id,dog,cat\na,0.25,0.75\nb,0.5,0.5\n"
    found = scores(tmp_path, sent, "id,label\na,cat\nb,dog\n")
    assert found["accuracy"] == 1.0
    assert found["log_loss"] == pytest.approx(-(math.log(0.75) + math.log(0.5)) / 2)


def test_columns_with_a_prefix_stand_for_the_sorted_labels(tmp_path: Path) -> None:
    sent = "id,p_0,p_1\na,0.1,0.9\nb,0.8,0.2\n"
    assert scores(tmp_path, sent, "id,label\na,1\nb,0\n")["accuracy"] == 1.0


def test_the_first_of_several_labels_counts(tmp_path: Path) -> None:
    assert scores(tmp_path, "id,label\na,dog cat\n", "id,label\na,dog\n") == {"accuracy": 1.0}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("id,label\na,cat\na,cat\n", "the id 'a' stands twice"),
        ("id,label\na,cat\n", "1 ids are missing, 0 unknown, such as 'b'"),
        ("id,label\na,cat\nb,cat\nc,cat\n", "0 ids are missing, 1 unknown, such as 'c'"),
        ("name,label\na,cat\nb,cat\n", "has no column 'id'"),
        ("id,x,y\na,nan,1\nb,0,1\n", "line 2: 'nan' is no probability in"),
        ("id,x,y\na,0,1\nb,2,1\n", "line 3: '2' is no probability in"),
        ("id,x,y,z\na,0,1,0\nb,0,1,0\n", "3 probability columns for 2 classes"),
    ],
)
def test_what_a_server_refuses(tmp_path: Path, sent: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        scores(tmp_path, sent, "id,label\na,cat\nb,dog\n")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.csv is missing\."):
        score(tmp_path / "none.csv", tmp_path / "truth.csv")
