"""A column beside the image from what was shipped to a submission that knows what it tells."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from in_process import PROBE, Shown, opened, picture, run_stages, text
from tiny_project import set_params

from podium.contracts import columns, metrics
from podium.export import card
from podium.submission import submission
from stages import ensemble, submit

TRAIN, TEST = 60, 12


def kind(i: int) -> tuple[bool, str, str]:
    """(red, site, label): red is ill in the north alone, which a picture does not show."""
    red, north = bool(i % 2), i // 2 % 2 == 0
    return red, "north" if north else "south", "ill" if red and north else "well"


def ship(path: Path) -> list[str]:
    """Writes the competition; the hidden labels."""
    draw = np.random.default_rng(0)
    tables = {"train": [["id", "site", "label"]], "test": [["id", "site"]]}
    truth = []
    with zipfile.ZipFile(path, "w") as file:
        for part, count in (("train", TRAIN), ("test", TEST)):
            for i in range(count):
                red, site, label = kind(i)
                name = f"{part[:2]}{i:03d}"
                file.writestr(f"{part}/{name}.png", picture(Shown(draw.random(), red, False), draw))
                tables[part].append([name, site, *([label] if part == "train" else [])])
                truth += [label] if part == "test" else []
            file.writestr(f"{part}.csv", text(tables[part]))
        sample = [["id", "label"], *([f"te{i:03d}", "ill"] for i in range(TEST))]
        file.writestr("sample_submission.csv", text(sample))
    return truth


def said() -> list[str]:
    with submission.PATH.open(newline="") as file:
        return [row[1] for row in csv.reader(file)][1:]


def right(rows: list[str], truth: list[str]) -> float:
    return float(np.mean([a == b for a, b in zip(rows, truth, strict=True)]))


def test_a_site_decides_beside_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = ship(tmp_path / "comp.zip")
    opened(tmp_path, monkeypatch, PROBE)
    run_stages(monkeypatch, 3)
    assert columns.read().columns.tolist() == ["site"] and len(columns.read()) == TRAIN + TEST
    with_it, score = said(), metrics.read()["cv"]
    assert str(metrics.read()["voted"]).endswith(", columns")
    assert card.read(card.FOLDER).beside == ["site"] and card.read(card.FOLDER).tables == ["test.csv"]

    set_params(tmp_path, {"ensemble.columns": "none"})
    ensemble.main()
    submit.main()
    assert score > metrics.read()["cv"] + 0.1
    assert right(with_it, truth) >= 0.8 > right(said(), truth)
