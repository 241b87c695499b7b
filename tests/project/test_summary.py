"""The last lines of a run."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import folds, metrics, predictions
from podium.experiments import earlier
from podium.experiments.earlier import Earlier
from podium.foundation.files import write_text
from podium.project import standing, summary
from stages import submission
from tests.experiments import tiny

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    split = tiny.write_index()
    scored = split[split["fold"] >= 0]
    probs = np.eye(4)[scored["label"]].astype(np.float32)
    predictions.write(scored["image_id"].tolist(), probs, predictions.ENSEMBLE / "oof.parquet")
    metrics.write({"metric": "accuracy", "cv": 1.0, "cv_low": 0.9, "cv_high": 1.0, "n": 200, "folds": "0,1"})
    write_text(Path("params.yaml"), "model: b\ntrain: {epochs: 6}\n")
    return scored


def test_without_a_baseline_the_score_and_the_places_stand(
    ran: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "baseline", lambda: None)
    assert summary.lines() == [
        "metrics     reports/metrics.json",
        "CV score    1.0000 accuracy (95 %: 0.9000 to 1.0000), 200 images, folds 0,1",
    ]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("partial: 1 of 5 folds, 40 images", "not whole   partial: 1 of 5 folds, 40 images: a first look"),
        (
            "whole: 5 folds, 200 images, of other experiments",
            "others'     this run's own predictions",
        ),
    ],
)
def test_the_last_line_says_what_the_score_is_not(
    ran: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, said: str, line: str
) -> None:
    monkeypatch.setattr(earlier, "baseline", lambda: None)
    metrics.write(metrics.read() | {"Run": said})
    assert summary.lines()[-1].startswith(line)


def test_what_changed_is_said_even_where_the_commit_holds_no_run(
    ran: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DVC_EXP_BASELINE_REV", raising=False)
    monkeypatch.setattr(earlier, "baseline", lambda: "f" * 40)
    monkeypatch.setattr(earlier, "read", lambda revision: None)
    monkeypatch.setattr(earlier, "params_of", lambda revision: {"model": "b", "train": {"epochs": 3}})
    assert [line for line in summary.lines() if not line.startswith(("metrics", "CV"))] == [
        "changed     train.epochs=6, since fffffff",
        "baseline    none yet; `git add params.yaml reports/metrics.json && git commit -m baseline` "
        "makes this run it",
    ]
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "f" * 40)  # an experiment is kept already
    assert not [line for line in summary.lines() if line.startswith("baseline")]


def test_make_submission_says_the_last_lines_once(
    ran: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(earlier, "baseline", lambda: None)
    monkeypatch.delenv(standing.LAST, raising=False)
    summary.last()
    assert "CV score" in capsys.readouterr().out
    monkeypatch.setattr(submission, "dvc", lambda *words, **how: print(words, how))  # tells the report: later
    submission.main()
    out = capsys.readouterr().out
    assert out.startswith("('repro',) {}\n") and out.count("CV score") == 1
    assert "\t@python -m stages.submission\n" in MAKEFILE and "dvc repro" not in MAKEFILE
    monkeypatch.setenv(standing.LAST, standing.LATER)
    summary.last()
    assert capsys.readouterr().out == ""


def test_what_changed_and_whether_it_helped(ran: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    probs = np.eye(4)[ran["label"]].astype(np.float32)
    probs[:60] = np.roll(probs[:60], 1, axis=1)
    before = Earlier(
        "0123456" + "0" * 33, json.loads(metrics.PATH.read_text()), {"model": "a", "train": {"epochs": 6}},
        tiny.CLASSES, ran["image_id"].tolist(), probs, folds.FOLDS.read(folds.PATH),
    )  # fmt: skip
    monkeypatch.setattr(earlier, "baseline", lambda: before.revision)
    monkeypatch.setattr(earlier, "read", lambda revision: before)
    changed, ahead = (line for line in summary.lines() if line.startswith(("changed", "to baseline")))
    assert changed == "changed     model=b, since 0123456"
    assert ahead.startswith("to baseline +0.3000 (") and ahead.endswith("): better")
    same = replace(before, params={"model": "b", "train": {"epochs": 6}}, oof=np.eye(4)[ran["label"]])
    monkeypatch.setattr(earlier, "read", lambda revision: same)
    assert "baseline    commit 0123456, with the same parameters and score" in summary.lines()
    assert not [line for line in summary.lines() if line.startswith(("changed", "to baseline"))]
