"""What is scored on a labelled folder is what the run publishes: to the vote of its own test images."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import competition, images, predictions
from podium.foundation.errors import UserError
from podium.labelled import scores
from podium.networks import precision
from podium.vote import columns, neighbours
from stages import score
from tests.export.project import finish
from tests.export.shipped import Run


def scored(monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """What make score says of the readable test images, (n, k) in the order of their paths."""
    found: list[np.ndarray] = []
    real = scores.scores

    def kept(labels: np.ndarray, probs: np.ndarray, metric: str) -> dict[str, float]:
        found.append(probs)
        return real(labels, probs, metric)

    monkeypatch.setattr(scores, "scores", kept)
    for path in sorted(Path("shipped/test").iterdir()):
        place = Path("given/owl") / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    monkeypatch.setattr("sys.argv", ["score", "given"])
    score.main()
    return found[0]


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            Run("weighted", "temperature", probed=True, refits=1),
            "12 images; scored is the published vote: weighted of this run, probe_a x 2 folds, calibrated "
            "by temperature; on them networks that learnt from every fold vote, as published: this run (1 "
            "instead of the folds).",
        ),
        (
            Run("geometric", tinted=True, refits=2, vote="beside"),
            "scored is the published vote: geometric of this run, neighbours x 2 folds; on them networks",
        ),
        (
            Run("svm", network=False, probed=True, tinted=True, way="none"),
            "scored is the published vote: svm of probe_a x 2 folds.\n",
        ),
        (Run("rank_mean", "none", network=False, probed=True), "rank_mean of probe_a x 2 folds.\n"),
    ],
    ids=["refit_instead_and_probe", "refits_beside_and_neighbours", "svm_that_looks", "a_probe_alone"],
)
def test_what_is_scored_is_what_is_published(
    run: Run,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(precision, "native_bfloat16", lambda: True)  # what predicts follows no processor
    if run.tinted and run.way != "none":
        monkeypatch.setattr(neighbours, "MANY", 2)
    monkeypatch.chdir(tmp_path)
    finish(run)
    capsys.readouterr()
    said = scored(monkeypatch)
    k = len(competition.read().classes)
    ids, probs = predictions.read(predictions.ENSEMBLE / "test.parquet", k, "single")
    shipped = images.IMAGES.read(images.PATH).set_index("image_id")
    wanted = pd.DataFrame(probs, index=[shipped.loc[one, "path"] for one in ids]).sort_index()
    assert np.abs(said - wanted.to_numpy()).max() < 1e-5
    told = capsys.readouterr().out
    assert sentence in told
    assert "not scored: owl/00004.png: a png file" in told


def test_what_a_folder_does_not_tell_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(columns, "LEARNERS", {"linear model": columns.LEARNERS["linear model"]})
    finish(Run(told="linear model", train=75, network=False, probed=True))
    voting = json.loads(Path("data/ensemble/table.json").read_text())["members"]
    assert [one["name"] for one in voting] == ["probe_a", "columns"]
    with pytest.raises(
        UserError, match=r"^site, age vote, columns beside the image that a folder does not tell"
    ):
        scored(monkeypatch)
