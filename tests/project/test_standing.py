"""What differs from the commit is said in one line, and taken back."""

import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from podium.experiments import earlier
from podium.foundation.errors import UserError
from podium.project import standing, voting
from stages import choose, compare
from stages import reset as stage

COMMITTED = "model: auto  # a comment\ntrain:\n  lr: auto\n  epochs: 3\n"


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_EXP_BASELINE_REV", raising=False)
    path = Path("params.yaml")
    path.write_text(COMMITTED)
    return path


def commit() -> str:
    named = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run(["git", *named, "commit", "-qm", "x"], check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout


def test_one_line_says_what_differs_and_reset_takes_it_back(params: Path) -> None:
    commit()
    assert standing.line() == ""
    params.write_text("model: x\ntrain: {lr: 0.1, epochs: 3}\n")  # as -S leaves it: reformatted, no comment
    assert standing.line() == (
        "params.yaml differs from the commit: model=x, train.lr=0.1 (`make reset` takes them back)"
    )
    assert "differs from the commit: train.lr=0.1 (" in standing.line(["model=y"])  # set anew: not kept
    assert standing.reset() == ["model=x", "train.lr=0.1"]
    assert params.read_text() == COMMITTED and standing.line() == ""


@pytest.mark.parametrize("command", [choose, compare])
def test_a_run_that_no_commit_holds_is_told_how_it_becomes_the_baseline(
    command: ModuleType, params: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a whole run in the folder, choose said there was none, compare that it is elsewhere."""
    commit()
    Path("reports").mkdir()
    Path("reports/submission.csv").write_text("id,label\n")
    monkeypatch.setattr("sys.argv", ["compare", "--a", "HEAD"])
    monkeypatch.setattr(voting, "resolve", lambda _: ["f" * 40])
    monkeypatch.setattr(earlier, "read", lambda _: None)
    told = "the last commit holds no run; `git add params.yaml && git commit -m baseline` makes this folder's"
    with pytest.raises(UserError, match=told):
        command.main()


def test_an_experiment_is_compared_with_its_own_baseline(
    params: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = commit().strip()
    params.write_text(COMMITTED.replace("3", "9"))
    commit()
    assert standing.differences() == []
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", first)
    assert standing.differences() == ["train.epochs=9"]


def test_reset_says_whether_there_was_anything(params: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit()
    stage.main()
    assert capsys.readouterr().out == "params.yaml is as committed: there was nothing to take back\n"
    for text in (COMMITTED.replace("3", "9"), COMMITTED + "\n", "model: ["):
        params.write_text(text)
        stage.main()
        assert "brings that run's results back" in capsys.readouterr().out


def test_even_what_is_no_yaml_any_more_is_taken_back(params: Path) -> None:
    commit()
    params.write_text("model: [")
    assert standing.reset() == [] and params.read_text() == COMMITTED


def test_without_a_commit_nothing_is_said_and_nothing_taken(params: Path) -> None:
    assert standing.line() == ""
    with pytest.raises(UserError, match=r"^no commit holds params\.yaml: run `git add params\.yaml`"):
        standing.reset()
    assert params.read_text() == COMMITTED
