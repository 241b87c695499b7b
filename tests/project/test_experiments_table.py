"""make experiments: one line a run, and a page of them."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import folds
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.project import experiments, experiments_table
from podium.project.experiments import BASELINE, ExperimentRow, Named
from stages import experiments as stage
from tests.experiments import tiny

SPLIT = pd.DataFrame({"image_id": ["a", "b"], "label": [0, 1], "group": ["a", "b"], "fold": [0, 1]})


def run(score: float, ran: str = "0,1") -> Earlier:
    scores = {
        "metric": "accuracy",
        "cv": score,
        "cv_low": score - 0.01,
        "cv_high": score + 0.01,
        "folds": ran,
    }
    curves = {"epoch": [1, 2], "val_loss": [0.5, 0.4], "val_accuracy": [0.8, score]}
    details = {"minutes": 2.54, "machine": "a <fast> one"}
    return Earlier("f" * 40, scores, {}, ["x", "y"], ["a", "b"], np.eye(2), SPLIT, details, curves)


ROWS = [
    ExperimentRow(Named("<i>idle", "1" * 40, "2026-01-02 03:04", "f" * 40), run(0.95), ["train.lr=0.1"],
        Difference(0.05, 0.02, 0.08, 2, True), whole=True),
    ExperimentRow(Named("part", "2" * 40, "2026-01-02 03:04", "f" * 40), run(0.7, "0"), [],
        Difference(-0.2, -0.3, -0.1, 1, True), whole=False),
    ExperimentRow(Named("lost", "3" * 40, "2026-01-02 03:04", "f" * 40), None, [], None, whole=False),
    ExperimentRow(Named(BASELINE, "f" * 40, "2026-01-01 00:00", ""), run(0.9), [], None, whole=True),
]  # fmt: skip


def test_the_table_fits_and_says_what_each_run_is(capsys: pytest.CaptureFixture[str]) -> None:
    experiments_table.show(ROWS)
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= experiments_table.UNTOLD
    text = " ".join(out.split())
    for told in (
        "<i>idle",
        "0.9500",
        "(0.9400 to 0.9600)",
        "train.lr=0.1",
        "2.5",
        "better",
        "worse",
        "first look",
        "not here",
    ):
        assert told in text
    assert [line.split()[0] for line in out.splitlines() if re.match(r"<i>idle|part|lost|base", line)] == [
        "<i>idle", "part", "lost", "baseline",
    ]  # fmt: skip


def test_no_number_is_torn_over_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside long names and many changes the table keeps a score, an interval and a setting whole."""
    named = Named("large-images-longer-epochs", "1" * 40, "2026-01-02 03:04", "f" * 40)
    settings = ["augment.policy=flip_shift", "train.epochs=12"]
    experiments_table.show([replace(ROWS[0], named=named, changed=settings), ROWS[3]])
    out = capsys.readouterr().out
    for whole in ("(0.9400 to 0.9600)", "(+0.0200 to +0.0800)", "+0.0500 better", *settings):
        assert whole in out


def test_the_page_has_curves_times_machines_and_no_markup_from_names() -> None:
    text = experiments_table.page(ROWS)
    assert "&lt;i&gt;idle" in text and "<i>idle" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert text.count("<svg ") == 3 and "a &lt;fast&gt; one" in text
    assert 'class="short better"' in text and "script-src 'sha256-" in text


def test_runs_of_probes_alone_draw_no_empty_curves() -> None:
    """Their history.csv is a header: two frames from -0.04 to 0.04 stood there, with every run's name."""
    none: dict[str, list[float]] = {"epoch": [], "val_loss": [], "val_accuracy": []}
    rows = [replace(row, run=row.run and replace(row.run, curves=none)) for row in ROWS]
    text = experiments_table.page(rows)
    assert "Curves" not in text and text.count("<svg ") == 1


def test_what_to_commit_is_said_where_there_is_no_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["experiments"])
    monkeypatch.setattr(experiments, "rows", list)
    Path("dvc.lock").write_text("")  # of a run that was interrupted: there is nothing to commit yet
    stage.main()
    assert capsys.readouterr().out == "no run has ended here yet: `make submission` makes the first one\n"
    Path("reports").mkdir()
    Path("reports/submission.csv").write_text("")
    for rows in ([], ROWS[:1]):
        monkeypatch.setattr(experiments, "rows", lambda rows=rows: rows)
        stage.main()
        assert "holds no run; `git add dvc.lock && git commit -m baseline`" in capsys.readouterr().out
    monkeypatch.setattr(experiments, "rows", lambda: ROWS)
    stage.main()
    assert "git add" not in capsys.readouterr().out


def test_a_run_is_whole_when_all_folds_of_its_split_were_scored() -> None:
    assert experiments.whole(run(0.9)) and not experiments.whole(run(0.9, "1"))


@pytest.mark.slow
def test_experiments_are_listed_newest_first_beside_the_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny.repository(tmp_path / "project")
    tiny.run(root, "dvc", "repro", "-q")
    tiny.run(root, "git", "add", "-A")
    tiny.run(root, "git", "commit", "-q", "-m", "ran")
    tiny.run(root, "dvc", "exp", "run", "-q", "-n", "other", "-S", "model=beta")
    tiny.run(root, "dvc", "exp", "run", "-q", "--temp", "-n", "few", "-S", "folds=[0]")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "scratch"))
    few, other, base = experiments.rows()
    assert [row.named.name for row in (few, other, base)] == ["few", "other", BASELINE]
    assert other.changed == ["model=beta"] and other.whole and other.ahead and other.ahead.images == 200
    assert not few.whole and experiments.score(few)[0].endswith("first look")
    assert few.ahead and few.ahead.images == 40
    assert folds.PATH.exists()  # the workspace was not touched
