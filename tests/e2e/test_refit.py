"""A refit from the zip to the bundle: it predicts the test images, and nothing that is scored is its own."""

from pathlib import Path

import numpy as np
import pytest
from in_process import TRAINED, run_all, ship
from test_tasks import grade, same_ids
from tiny_project import set_params

from podium.contracts import competition, fold_numbers, folds, labels, metrics, model, predictions, refit
from podium.vote.members import gather
from podium.vote.params import EnsembleParams
from stages import predict
from stages import refit as stage

pytestmark = pytest.mark.slow


def fold_files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in predictions.FOLDER.glob("fold*.parquet")}


def test_a_refit_stands_for_the_folds_and_is_exported_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = ship(tmp_path / "comp.zip", ["id", "grade"], grade, ["0"], None)
    rows = run_all(
        tmp_path, monkeypatch, TRAINED | {"refit.networks": 1, "split.hold_out": 1, "ensemble.voter": "soft"}
    )
    said = capsys.readouterr().out
    assert same_ids(rows, truth) and "rows of reports/submission.csv (largest difference" in said
    assert (
        metrics.read()["refit"] == "this run (1 instead of the folds)" and "The score is the folds'" in said
    )

    split = folds.FOLDS.read(folds.PATH)
    card = model.read_card(model.folder(fold_numbers.refit(0)) / "model.json")
    assert card.images == int((split["fold"] >= 0).sum()) < len(labels.LABELS.read(labels.PATH))
    ids, values = predictions.read(
        predictions.FOLDER / predictions.REFIT, len(competition.read().classes), "ordinal"
    )
    assert not set(ids) & set(split.loc[split["fold"] >= 0, "image_id"])
    assert set(split.loc[split["fold"] == fold_numbers.HOLD_OUT, "image_id"]) <= set(ids)
    pool = gather(EnsembleParams(), competition.read(), split, [0, 1])
    assert pool.names[0] == "this run" and np.allclose(pool.test[0], values)

    before = fold_files()
    set_params(tmp_path, {"refit.networks": 0})
    stage.main()
    predict.main()
    assert fold_files() == before and refit.read().networks == 0
    assert not (predictions.FOLDER / predictions.REFIT).exists()
