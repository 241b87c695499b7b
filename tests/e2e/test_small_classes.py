"""Many classes of few images from what was shipped to five names a row, judged by the test's own scorer."""

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from in_process import PROBE, opened, run_stages, text

from podium.contracts import competition, metrics
from podium.submission import submission

CLASSES, EACH, TEST = 22, 4, 22
NEW, MORE = 30, 10  # pictures of flags that stand once, in train and in test


def flag(name: int, draw: np.random.Generator) -> bytes:
    """A class is the colours of sixteen fields; an image shifts them a little."""
    fields = np.random.default_rng(name).integers(0, 256, (4, 4, 3))
    pixels = np.kron(fields, np.ones((16, 16, 1))) + draw.integers(-40, 40, (64, 64, 3))
    pixels = np.roll(pixels, draw.integers(-4, 5, 2), (0, 1))
    return cv2.imencode(".png", np.clip(pixels, 0, 255).astype(np.uint8))[1].tobytes()


def test_whales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(0)
    table, sample, truth = [["Image", "Id"]], [["Image", "Id"]], []
    with zipfile.ZipFile(tmp_path / "comp.zip", "w") as file:
        for i in range(CLASSES * EACH):
            file.writestr(f"train/a{i:03d}.png", flag(i % CLASSES, draw))
            table.append([f"a{i:03d}.png", f"w_{i % CLASSES:02d}"])
        for i in range(NEW):
            file.writestr(f"train/n{i:03d}.png", flag(1000 + i, draw))
            table.append([f"n{i:03d}.png", "new_flag"])
        for i in range(TEST + MORE):
            file.writestr(f"test/b{i:03d}.png", flag(i if i < TEST else 2000 + i, draw))
            sample.append([f"b{i:03d}.png", "new_flag w_01 w_02 w_03 w_04"])
            truth.append(f"w_{i:02d}" if i < TEST else "new_flag")
        file.writestr("train.csv", text(table))
        file.writestr("sample_submission.csv", text(sample))
    opened(tmp_path, monkeypatch, PROBE | {"competition.metric": "map@5", "competition.unknown": "new_flag"})
    run_stages(monkeypatch, 3)
    found, said = competition.read(), capsys.readouterr().out
    assert (found.form, found.unknown, metrics.read()["metric"]) == ("top_k", "new_flag", "map_at_5")
    assert "neighbours: 23 small classes; to the members' mean map_at_5 gains by" in said
    assert "ensemble: unknown gains +" in said
    with submission.PATH.open(newline="") as file:
        told = [row[1].split() for row in csv.reader(file)][1:]
    assert all(len(set(names)) == 5 for names in told)
    ranks = [
        1 / (names.index(name) + 1) if name in names else 0 for names, name in zip(told, truth, strict=True)
    ]
    assert np.mean(ranks) > 0.7
