"""stages.submit from its artifacts alone, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from podium.contracts import competition, images, labels, predictions
from podium.contracts.competition import Competition
from tests import tables

ROOT = Path(__file__).parents[2]


def stage(path: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.submit"]
    return subprocess.run(command, cwd=path, env=environment, capture_output=True, text=True, check=False)


def image(name: str, subset: str = "test", status: str = "ok") -> dict[str, object]:
    called = name if subset == "test" else None
    return {"image_id": f"{subset}/{name}", "submission_id": called, "length": 9 if status == "ok" else 0}


def artifacts(path: Path) -> None:
    (path / "params.yaml").write_text("submit:\n  digits: 3\n")
    found = Competition(name="t", classes=["a", "b"], metric="log_loss", form="probabilities", id_column="id",
                        columns=["p_b", "p_a"], values=[], column_classes=[1, 0])  # fmt: skip
    competition.write(found, path / competition.PATH)
    (path / competition.SAMPLE).write_text("id,p_b,p_a\n01,.5,.5\n00,.5,.5\n02,.5,.5\n")
    rows = [image("00"), image("01"), image("02", status="unreadable")]
    rows += [image(f"t{i}", "train") for i in range(4)]
    images.IMAGES.write(tables.images(**pd.DataFrame(rows).to_dict("list")), path / images.PATH)
    given = [("train/t0", "a"), ("train/t1", "a"), ("train/t2", "a"), ("train/t3", "b"), ("test/00", "b")]
    table = pd.DataFrame([{"image_id": name, "label": label, "group": None} for name, label in given])
    labels.LABELS.write(table, path / labels.PATH)
    probs = np.array([[0.9, 0.1], [0.2, 0.8]])
    predictions.write(["test/00", "test/01"], probs, path / predictions.ENSEMBLE / "test.parquet")


def test_the_stage_writes_the_samples_form_and_says_so(tmp_path: Path) -> None:
    artifacts(tmp_path)
    done = stage(tmp_path)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "reports/submission.csv").read_text()
    assert written == "id,p_b,p_a\n01,0.800,0.200\n00,0.100,0.900\n02,0.250,0.750\n"  # 02: three a to one b
    assert done.stdout.splitlines() == [
        "reports/submission.csv: 3 rows, form probabilities (p_b, p_a)",
        "warning: 1 unreadable test images got the classes' prior: 02",
        "predicted classes (in training): a 66.7% (75.0%), b 33.3% (25.0%)",
    ]


def test_a_missing_prediction_ends_in_one_sentence(tmp_path: Path) -> None:
    artifacts(tmp_path)
    predictions.write(["test/00"], np.array([[0.9, 0.1]]), tmp_path / predictions.ENSEMBLE / "test.parquet")
    done = stage(tmp_path)
    assert done.returncode == 2
    sentence = (
        "data/ensemble/test.parquet has no prediction for test/01: run `dvc repro -f predict ensemble`."
    )
    assert done.stderr == f"error: {sentence}\n"
    assert not (tmp_path / "reports/submission.csv").exists()
