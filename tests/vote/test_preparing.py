"""Which parameters a vote goes by: those of params.yaml while the run runs, afterwards those that it had."""

import shutil
from pathlib import Path

import pytest

from podium.contracts import competition, folds
from podium.foundation.errors import UserError
from podium.vote.params import EnsembleParams
from podium.vote.preparing import published
from tests.experiments import tiny

ALL_FOLDS = """schema: '2.0'
stages:
  ensemble:
    cmd: python -m stages.ensemble
    params:
      params.yaml:
        folds: [0, 1, 2, 3, 4]
"""


def test_a_running_run_is_voted_on_by_its_own_folds_and_not_by_the_last_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(tiny.ROOT / "params.yaml", "params.yaml")
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace("folds: [0, 1, 2, 3, 4]", "folds: [0]", 1), encoding="utf-8")
    Path("dvc.lock").write_text(ALL_FOLDS, encoding="utf-8")
    tiny.predict("some_net", [0])
    found, split = competition.read(), folds.FOLDS.read(folds.PATH)
    assert published(EnsembleParams(), found, split, ran=False).pool.test.shape[1] == 1
    with pytest.raises(UserError, match="fold1_oof"):
        published(EnsembleParams(), found, split)
    tiny.predict("some_net", [0, 1, 2, 3, 4])
    assert published(EnsembleParams(), found, split).pool.test.shape[1] == 5
