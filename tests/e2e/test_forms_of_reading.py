"""Rows of pixels, rows of patients and sides, rarer metrics from zip to submission, judged by the test."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from in_process import PROBE, Rows, Shown, drawn, opened, picture, run_all, run_stages, ship, text
from sklearn.datasets import load_digits

from podium.contracts import competition, metrics
from podium.foundation.errors import UserError


def submitted(folder: Path) -> Rows:
    """The submission's rows."""
    with (folder / "reports/submission.csv").open(newline="") as file:
        return list(csv.reader(file))[1:]


def test_digits_as_rows_of_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = load_digits()
    order = np.random.default_rng(0).permutation(450)
    shown, kinds = (digits.data[order] * 255 / 16).astype(int).tolist(), digits.target[order]
    header = [f"pixel{i}" for i in range(64)]
    with zipfile.ZipFile(tmp_path / "comp.zip", "w") as file:
        train = [[kinds[i], *shown[i]] for i in range(400)]
        file.writestr("train.csv", text([["label", *header], *train]))
        file.writestr("test.csv", text([header, *shown[400:450]]))
        file.writestr("sample_submission.csv", text([["ImageId", "Label"], *([i, 0] for i in range(1, 51))]))
    opened(tmp_path, monkeypatch, PROBE)
    with pytest.raises(UserError, match=r"test pictures are rows of test\.csv"):  # the last stage, export
        run_stages(monkeypatch, 3)
    rows = submitted(tmp_path)
    assert [int(row[0]) for row in rows] == list(range(1, 51))
    assert np.mean([int(row[1]) == kinds[399 + int(row[0])] for row in rows]) > 0.8


def test_breasts_are_rows_of_patients_and_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator, hidden = np.random.default_rng(0), dict[str, bool]()
    trained: Rows = [["patient_id", "image_id", "laterality", "cancer"]]
    tested: Rows = [["patient_id", "image_id", "laterality", "prediction_id"]]
    with zipfile.ZipFile(tmp_path / "comp.zip", "w") as file:
        for i, one in enumerate(drawn(60, 1)):
            patient, side, part = 100 + i // 2, "LR"[i % 2], "train" if i < 40 else "test"
            for view in (0, 1):
                name = f"{patient}{i % 2}{view}"
                file.writestr(f"{part}_images/{patient}/{name}.png", picture(one, generator))
                if part == "train":
                    trained.append([patient, name, side, int(one.striped)])
                else:
                    tested.append([patient, name, side, f"{patient}_{side}"])
                    hidden[f"{patient}_{side}"] = one.striped
        file.writestr("train.csv", text(trained))
        file.writestr("test.csv", text(tested))
        file.writestr(
            "sample_submission.csv", text([["prediction_id", "cancer"], *([name, "0.02"] for name in hidden)])
        )
        file.writestr("description.md", "## Evaluation\n\nThe probabilistic F1 score (pF1) is used.\n")
    opened(tmp_path, monkeypatch, PROBE)
    run_stages(monkeypatch, 3)
    rows = submitted(tmp_path)
    found = competition.read()
    assert (found.metric, found.form, metrics.read()["n"]) == ("probabilistic_f1", "binary", 40)
    yes, no = ([float(chance) for name, chance in rows if hidden[name] is sick] for sick in (True, False))
    assert len(rows) == len(hidden) and np.mean([(a > b) + (a == b) / 2 for a in yes for b in no]) > 0.85


def kind(shown: Shown) -> list[str]:
    return [str(int(shown.striped))]


def words(shown: Shown) -> list[str]:
    return [" ".join(shown.words()) or "plain"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "header", "cells", "blank"),
    [("weighted_auc", ["id", "label"], kind, ["0.5"]), ("partial_auc", ["id", "label"], kind, ["0.5"]),
     ("f2_samples", ["id", "tags"], words, ["red striped"])],
)  # fmt: skip
def test_a_metric_of_a_page(
    metric: str, header: list[str], cells, blank: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = ship(tmp_path / "comp.zip", header, cells, blank)
    rows = run_all(tmp_path, monkeypatch, PROBE | {"competition.metric": metric})
    assert [row[0] for row in rows] == [row[0] for row in truth]
    assert metrics.read()["cv"] > {"weighted_auc": 0.8, "partial_auc": 0.1, "f2_samples": 0.7}[metric]
