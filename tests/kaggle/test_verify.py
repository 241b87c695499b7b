"""A CV score is claimed only for the submission that it is about."""

import sys
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.kaggle import ledger
from stages import upload
from tests.kaggle.conftest import record
from tests.kaggle.server import Kaggle

SUBMISSION, SCORES, LOCK = Path("reports/submission.csv"), Path("reports/metrics.json"), Path("dvc.lock")
WAY_OUT = (
    r'run `dvc repro`, or send it without a CV score: make upload FILE=reports/submission\.csv MESSAGE="…"\.$'
)


def run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["upload", "the message"])
    upload.main()


def refused(monkeypatch: pytest.MonkeyPatch, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as told:
        run(monkeypatch)
    assert "\n" not in str(told.value) and ledger.rows() == []


@pytest.fixture(autouse=True)
def nothing_is_sent(no_pauses: None, kaggle: Kaggle, project: Path) -> None:
    """Every test starts from a finished run beside the server."""


def test_a_submission_that_was_edited_is_not_given_the_runs_score(
    kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch
) -> None:
    SUBMISSION.write_text("id,label\na,0\n")
    refused(
        monkeypatch,
        r"^reports/submission\.csv is not the file that the run in dvc\.lock wrote \(edited since, or "
        r"another run's\), so the CV score in reports/metrics\.json is not its own: " + WAY_OUT,
    )
    assert kaggle.calls == []


def test_scores_of_another_state_are_not_claimed(kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch) -> None:
    SCORES.write_text(SCORES.read_text().replace("0.9", "0.99"))
    refused(
        monkeypatch,
        r"^reports/metrics\.json is not the file that the run in dvc\.lock wrote \(edited since, or "
        r"another run's\), so its CV score is not that of reports/submission\.csv: run `dvc repro`\.$",
    )
    assert kaggle.calls == []


def test_a_vote_that_was_made_anew_has_not_filled_the_submission_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    record(vote="v2.dir", filled_from="v1.dir")
    refused(
        monkeypatch,
        r"^reports/submission\.csv was filled from an earlier vote than the one that reports/metrics\.json "
        r"scores: " + WAY_OUT,
    )


@pytest.mark.parametrize("text", [None, "", "schema: '2.0'\nstages:\n  ensemble:\n    cmd: x\n"])
def test_without_a_recorded_run_nothing_speaks_for_the_file(
    text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    LOCK.unlink() if text is None else LOCK.write_text(text)
    refused(
        monkeypatch,
        r"^dvc\.lock records no whole run, so nothing says that reports/metrics\.json is about "
        r"reports/submission\.csv: run `dvc repro`\.$",
    )


def test_a_lock_with_a_merge_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    LOCK.write_text("<<<<<<< HEAD\nschema: '2.0'\n=======\n")
    refused(
        monkeypatch,
        r"^dvc\.lock is broken \(a merge left over\?\): restore it with `git checkout HEAD dvc\.lock`, then "
        r"run `dvc repro`\.$",
    )


def test_a_file_made_elsewhere_goes_without_a_score(
    kaggle: Kaggle,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    blend = tmp_path / "blend.csv"
    blend.write_text("id,label\na,0\n")
    LOCK.unlink()  # no run is needed
    monkeypatch.setenv("FILE", str(blend))
    run(monkeypatch)
    (row,) = ledger.rows()
    assert kaggle.uploads == [b"id,label\na,0\n"] and row.public == 0.9125
    assert (row.cv, row.cv_spread, row.revision, row.experiment) == (None, None, "", "")
    said = capsys.readouterr().out
    assert said.startswith(
        f"{blend} was made elsewhere: it goes as it is, and the ledger claims no CV for it\n"
    )
    assert "(a file)" in ledger.lines([row])[1]

    monkeypatch.delenv("FILE")
    record()
    run(monkeypatch)  # compares itself with runs alone
    assert "the first upload" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, r"^FILE=blend\.csv is not there: give the path of a submission file\.$"),
        ("id,label\nb,0\n", r"^blend\.csv has 1 ids and the sample 1, and not both have 'a': give each of"),
        ("id,breed\na,0\n", r"^blend\.csv has no column 'label' \(id, breed\)"),
        ("id,label\na,0\na,1\n", r"^blend\.csv: the id 'a' stands twice"),
    ],
)
def test_a_file_that_kaggle_could_not_score_costs_no_submission(
    text: str | None, sentence: str, kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        Path("blend.csv").write_text(text)
    monkeypatch.setenv("FILE", "blend.csv")
    refused(monkeypatch, sentence)
    assert kaggle.calls == []
