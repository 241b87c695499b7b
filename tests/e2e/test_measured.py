"""DICOM pictures and NumPy arrays from what was shipped to a submission, judged by the test's own scorer."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from in_process import PROBE, TEST, TRAIN, drawn, picture, run_all, text

from podium.contracts import competition
from tests.images.scans import dicom, npy


def grey(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def scan(pixels: np.ndarray) -> bytes:
    return dicom(
        (pixels * np.uint16(8)), "MONOCHROME1", RescaleSlope=1, RescaleIntercept=-500,
        WindowCenter=500, WindowWidth=2000,
    )  # fmt: skip


def bands(pixels: np.ndarray) -> bytes:
    return npy(np.stack([pixels, 255 - pixels, pixels // 2]).astype(np.float16) / 100)


FORMS: dict[str, tuple[str, Callable[[np.ndarray], bytes], str]] = {
    "scans": ("dcm", scan, "DICOM pictures with a window of their own"),
    "arrays": ("npy", bands, "NumPy arrays of 3 bands, bands first"),
}


@pytest.mark.parametrize("name", FORMS)
def test_measured_pictures_from_zip_to_score(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suffix, made, said = FORMS[name]
    generator = np.random.default_rng(0)
    table, hidden = [["id", "label"]], []
    with zipfile.ZipFile(tmp_path / "comp.zip", "w") as file:
        for part, count, seed in (("train", TRAIN, 1), ("test", TEST, 2)):
            for i, shown in enumerate(drawn(count, seed)):
                file.writestr(f"{part}/{part}{i}.{suffix}", made(grey(picture(shown, generator))))
                rows = hidden if part == "test" else table
                rows.append([f"{part}{i}", "striped" if shown.striped else "plain"])
        file.writestr("train.csv", text(table))
        file.writestr(
            "sample_submission.csv", text([["id", "label"], *([row[0], "plain"] for row in hidden)])
        )
    rows = run_all(tmp_path, monkeypatch, PROBE)
    assert said in capsys.readouterr().out
    assert competition.read().classes == ["plain", "striped"]
    assert [row[0] for row in rows] == [row[0] for row in hidden]
    assert np.mean([a == b for a, b in zip(rows, hidden, strict=True)]) >= 0.8
