"""Several images a row from what was shipped to a submission with one row an id, judged by the test."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from in_process import PROBE, Rows, Shown, opened, picture, run_stages, text

from podium.contracts import competition, folds, metrics, predictions, rows
from podium.export import card
from podium.submission import submission
from podium.vote.merging import MERGES

TRAIN, TEST, VIEWS = 30, 9, (1, 2, 3)


def word(red: bool, bright: float) -> list[str]:
    return ["red" if red else "plain"]


def words(red: bool, bright: float) -> list[str]:
    return [" ".join(name for name, there in (("red", red), ("bright", bright > 0.5)) if there) or "none"]


def grade(red: bool, bright: float) -> list[str]:
    return [str(int(bright * 2.99))]


def weight(red: bool, bright: float) -> list[str]:
    return [f"{100 + 50 * bright:.2f}"]


FORMS = {  # header, cells, the sample's cell, task
    "single": (["id", "kind"], word, "red"),
    "multi": (["id", "tags"], words, "red bright"),
    "ordinal": (["id", "grade"], grade, "0"),
    "number": (["id", "weight"], weight, "0.5"),
}


def ship(path: Path, task: str) -> Rows:
    """Folders of one to three views; the hidden answers, one an id."""
    header, cells, blank = FORMS[task]
    draw = np.random.default_rng(0)
    table: Rows = [header]
    hidden: Rows = []
    with zipfile.ZipFile(path, "w") as file:
        for part, count in (("train", TRAIN), ("test", TEST)):
            for i in range(count):
                red, bright, name = bool(i % 2), float(draw.random()), f"{part[:2]}{i:03d}"
                for view in range(VIEWS[i % 3]):
                    data = picture(Shown(bright, red, False), draw)
                    file.writestr(f"{part}/{name}/{view}.png", data)
                (hidden if part == "test" else table).append([name, *cells(red, bright)])
        file.writestr("train.csv", text(table))
        file.writestr("sample_submission.csv", text([header, *([row[0], blank] for row in hidden)]))
    return hidden


def right(task: str, said: list[str], truth: list[str]) -> float:
    if task == "number":
        return float(np.corrcoef([*map(float, said)], [*map(float, truth)])[0, 1])
    return float(np.mean([set(a.split()) == set(b.split()) for a, b in zip(said, truth, strict=True)]))


@pytest.mark.parametrize(
    "task", [pytest.param(task, marks=[] if task == "single" else pytest.mark.slow) for task in FORMS]
)
def test_folders_of_views(task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = ship(tmp_path / "comp.zip", task)
    opened(tmp_path, monkeypatch, PROBE)
    run_stages(monkeypatch, 3)
    assert competition.read().task == task

    company, split = rows.read(), folds.FOLDS.read(folds.PATH)
    images = split.assign(row=split["image_id"].map(lambda name: company.get(name, name)))
    assert len(images) == 60 and images["row"].nunique() == TRAIN
    assert (images.groupby("row")["fold"].nunique() == 1).all()
    ids, _ = predictions.read(predictions.ENSEMBLE / "oof.parquet", len(competition.read().classes), task)
    assert len(ids) == metrics.read()["n"] == TRAIN
    assert metrics.read()[metrics.RUN] == "probes only: 3 folds, 30 rows"

    found = pd.read_csv(submission.PATH, dtype=str, keep_default_na=False)
    assert found.iloc[:, 0].tolist() == [row[0] for row in truth]
    assert right(task, found.iloc[:, 1].tolist(), [row[1] for row in truth]) >= 0.6
    assert card.read(card.FOLDER).rows["way"] in MERGES


def test_every_image_of_a_row_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows by a table; what the last image alone says is not what is submitted."""
    draw = np.random.default_rng(1)
    with zipfile.ZipFile(tmp_path / "comp.zip", "w") as file:
        lines: dict[str, Rows] = {"train": [["image", "id", "kind"]], "test": [["image", "id"]]}
        for part, count in (("train", 24), ("test", 6)):
            for i in range(count):
                for view in range(3):
                    red = i % 2 == (view < 2)  # two of three show it
                    name = f"{part[:2]}{i:03d}{view}"
                    file.writestr(f"{part}/{name}.png", picture(Shown(0.5, red, False), draw))
                    lines[part].append(
                        [name, f"{part[0]}{i}", *["red", "plain"][i % 2 == 0 :][: part == "train"]]
                    )
        for part, rows_of_it in lines.items():
            file.writestr(f"{part}.csv", text(rows_of_it))
        file.writestr("sample_submission.csv", text([["id", "kind"], *([f"t{i}", "red"] for i in range(6))]))
    opened(tmp_path, monkeypatch, PROBE | {"ensemble.rows": "mean"})
    run_stages(monkeypatch, 3)
    found = pd.read_csv(io.StringIO(submission.PATH.read_text()))
    assert found["kind"].tolist() == ["plain", "red"] * 3
