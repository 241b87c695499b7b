"""A competition that takes notebooks alone and hides its test images, from the download to the rehearsal."""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from in_process import Shown, opened, picture, run_stages
from tiny_project import SMALL

from podium.contracts import competition, findings, images
from podium.foundation.errors import UserError
from stages import ingest, notebook, rehearse


def ship(path: Path, rows: int, notebooks_only: bool = True) -> None:
    """A zip with an empty test folder and a sample of a few rows; beside it what its page says."""
    draw = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as file:
        for i in range(24):
            file.writestr(
                f"train/{('dark', 'light')[i % 2]}/x{i:03d}.png", picture(Shown(i % 2, False, False), draw)
            )
        file.writestr("test/", "")
        sample = "".join(f"hidden_{i},dark\n" for i in range(rows))
        file.writestr("sample_submission.csv", f"id,label\n{sample}")
    facts = {"slug": "leaf-spots", "metric": "accuracy", "notebooks_only": notebooks_only}
    path.with_name("comp.kaggle.json").write_text(json.dumps(facts))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project for comp.zip, probes alone."""
    small = {"split.k": 2, "augment.per_class": 0, "effort": "probe"}
    opened(tmp_path, monkeypatch, SMALL | {"train.epochs": "auto", "model": "auto", "freeze": "auto"} | small)
    monkeypatch.setattr(sys, "argv", ["stage"])
    return tmp_path


@pytest.mark.slow
def test_from_an_empty_test_folder_to_the_rehearsal(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ship(project / "comp.zip", rows=3)
    run_stages(monkeypatch, folds=2)
    monkeypatch.setattr(sys, "argv", ["stage"])
    notebook.main()
    said = capsys.readouterr().out
    assert "ships no test images: 3 training images stand in for the sample's rows, in test/" in said
    assert "gives the 3 rows of reports/submission.csv" in said and "the data set podium-leaf-spots" in said
    monkeypatch.setenv("IMAGES", "20")
    rehearse.main()
    assert "20 training images as a hidden test set in " in capsys.readouterr().out


def test_stand_ins_are_no_labelled_images_and_need_the_pages_word(project: Path) -> None:
    ship(project / "comp.zip", rows=5)
    ingest.main()
    found = images.IMAGES.read(images.PATH)
    tests = found[found["subset"] == "test"]
    assert tests["submission_id"].tolist() == [f"hidden_{i}" for i in range(5)]
    assert tests["path"].tolist() == [f"test/hidden_{i}.png" for i in range(5)]
    assert (found["subset"] == "train").sum() == 24 and competition.read().notebooks_only
    assert any(f.warning and "training images stand in" in f.found for f in findings.read())
    ship(project / "comp.zip", rows=501)
    with pytest.raises(UserError, match=r"sample_submission.csv has 501 rows and the download holds no test"):
        ingest.main()
    ship(project / "comp.zip", rows=3, notebooks_only=False)
    with pytest.raises(UserError, match="sample_submission"):
        ingest.main()
