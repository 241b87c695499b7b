"""A row for each image and column from zip to submission, judged by the test's own scorer."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from in_process import PROBE, Rows, drawn, picture, run_all, text

from podium.contracts import competition, metrics

PARTS = ("red__share", "dark_g")
WEIGHTS = "| Target | Weight |\n|---|---|\n| red__share | 0.7 |\n| dark_g | 0.3 |\n"


def measured(bright: float, red: bool) -> dict[str, str]:
    return {"red__share": f"{30 * red + 5 * bright:.3f}", "dark_g": f"{-20 * bright:.3f}"}


def ship(path: Path) -> dict[str, float]:
    """The hidden answers by row id."""
    generator, hidden = np.random.default_rng(0), dict[str, float]()
    trained: Rows = [["sample_id", "image_path", "target_name", "target"]]
    with zipfile.ZipFile(path, "w") as file:
        for part, shown in (("train", drawn(48, 1)), ("test", drawn(12, 2))):
            for i, one in enumerate(shown):
                name = f"ID{1000 + i if part == 'train' else 2000 + i}"
                file.writestr(f"{part}/{name}.png", picture(one, generator))
                for target, value in measured(one.bright, one.red).items():
                    if part == "train":
                        trained.append([f"{name}__{target}", f"train/{name}.png", target, value])
                    else:
                        hidden[f"{name}__{target}"] = float(value)
        file.writestr("train.csv", text(trained))
        file.writestr(
            "sample_submission.csv", text([["sample_id", "target"], *([name, "0"] for name in hidden)])
        )
        file.writestr("description.md", f"## Evaluation\n\nA globally weighted R2 of all rows.\n\n{WEIGHTS}")
    return hidden


def test_numbers_in_a_row_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = ship(tmp_path / "comp.zip")
    rows = run_all(tmp_path, monkeypatch, PROBE)
    found = competition.read()
    assert (found.task, found.columns, found.metric) == ("number", list(PARTS), "global_r2")
    assert found.weights == [0.7, 0.3] and metrics.read()["cv"] != metrics.read()["r2"]
    assert [row[0] for row in rows] == list(hidden)
    for part in PARTS:
        said = np.array([float(value) for name, value in rows if name.endswith(part)])
        given = np.array([value for name, value in hidden.items() if name.endswith(part)])
        assert 1 - np.square(said - given).sum() / np.square(given - given.mean()).sum() > 0.6
