"""What dvc.lock tells of the run whose results lie here."""

from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from podium.foundation import lock
from podium.foundation.errors import UserError
from podium.foundation.params import Section
from podium.foundation.run import Folds

PUBLISHED = Path("reports/submission.csv")


class Vote(Section):
    section: ClassVar[str] = "vote"
    own: bool = True
    names: list[str] = []
    size: int = 0


def stage(params: dict[str, object], deps: dict[str, str], outs: dict[str, str]) -> dict[str, object]:
    def listed(found: dict[str, str]) -> list[dict[str, str]]:
        return [{"path": path, "md5": md5} for path, md5 in found.items()]

    return {"params": {"params.yaml": params}, "deps": listed(deps), "outs": listed(outs)}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    """A run of one fold and a vote, recorded; params.yaml was taken back since."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("folds: [0, 1]\nvote: {own: true, names: [], size: 7}\n")
    PUBLISHED.parent.mkdir()
    PUBLISHED.write_text("id,label\n")
    stages = {
        "predict": stage({"folds": [0]}, {"data/code": "c"}, {"data/predictions": "p.dir"}),
        "vote": stage({"folds": [0], "vote.own": False, "vote.names": ["a"]}, {"data/predictions": "p.dir"},
                      {"data/vote": "v.dir"}),
        "submit": stage({}, {"data/vote": "v.dir"}, {PUBLISHED.as_posix(): lock.digest(PUBLISHED)}),
        "report": stage({}, {"data/predictions": "older"}, {"reports/index.html": "r"}),
    }  # fmt: skip
    write(stages)
    return stages


def write(stages: dict[str, dict[str, object]]) -> None:
    lock.PATH.write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def test_the_run_here_is_asked_what_it_was_asked(run: object) -> None:
    assert lock.load(Folds).folds == [0]
    assert lock.load(Vote) == Vote(own=False, names=["a"], size=7)  # size: no stage recorded another
    assert lock.otherwise() == ["folds=[0]", "vote.own=False", "vote.names=['a']"]
    lock.PATH.unlink()
    assert lock.load(Folds).folds == [0, 1] and lock.otherwise() == []


def test_a_submission_of_the_recorded_run_passes(run: object) -> None:
    lock.refuse_mixed(PUBLISHED, "export")  # that the report read older predictions is no matter
    lock.PATH.unlink()
    lock.refuse_mixed(PUBLISHED, "export")


def test_a_submission_of_another_commit_is_refused_with_the_way_out(run: object) -> None:
    PUBLISHED.write_text("id,label\nanother,run\n")
    with pytest.raises(UserError, match=r"is not the file that the run in dvc.lock wrote .*`dvc checkout`"):
        lock.refuse_mixed(PUBLISHED, "export")
    PUBLISHED.unlink()
    with pytest.raises(UserError, match=r"^reports/submission\.csv is missing: .* then export\.$"):
        lock.refuse_mixed(PUBLISHED, "export")


def test_a_run_that_went_on_to_new_predictions_is_refused(run: dict[str, dict[str, object]]) -> None:
    run["predict"]["outs"] = [{"path": "data/predictions", "md5": "newer.dir"}]
    write(run)
    with pytest.raises(UserError, match=r"made of an earlier data/predictions than lies here .*`dvc repro`"):
        lock.refuse_mixed(PUBLISHED, "export")


def test_a_torn_lock_is_told(run: object) -> None:
    lock.PATH.write_text("stages: [<<<<<<<\n")
    with pytest.raises(
        UserError, match=r"dvc\.lock is broken .* restore it with `git checkout HEAD dvc\.lock`"
    ):
        lock.stages()
