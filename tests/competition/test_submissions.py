"""Every layout is submitted with made-up probabilities, and the file read as its server would read it."""

import csv
import io
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.competition.detect import Detected
from podium.submission import submission
from tests.competition import (  # noqa: F401  (register their layouts)
    famous_layouts,
    kaggle_layouts,
    long_layouts,
    odd_layouts,
    pixel_layouts,
    tried_layouts,
)
from tests.competition.layouts import LAYOUTS
from tests.competition.shipping import found

DIGITS = 4


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


def submitted(got: Detected, folder: Path, best: list[int]) -> str:
    """The file that submit writes where test image i, in the order of image_id, is of class best[i]."""
    tests = [image for image in got.images if image.subset == "test"]
    k = len(got.competition.classes)
    probs = np.full((len(tests), k), 0.1 / max(k - 1, 1))
    probs[np.arange(len(tests)), best] = 0.9
    path = folder / "sample_submission.csv"
    path.write_text(got.sample_text, encoding="utf-8", newline="")
    sample = submission.read_sample(path, got.competition)
    images = pd.DataFrame(
        {
            "image_id": [image.image_id for image in got.images],
            "submission_id": [image.submission_id for image in got.images],
            "status": "ok",
        }
    )
    shares = np.full(k, 1 / k)
    aligned = submission.align(
        sample.ids,
        images,
        [image.image_id for image in tests],
        probs,
        shares,
        got.competition.kind.truth,
    )
    out = folder / "submission.csv"
    submission.write(
        sample, got.competition, submission.fill(sample, got.competition, aligned.probs, DIGITS), out
    )
    return out.read_bytes().decode()


def table(text: str) -> list[dict[str, str]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(",\t;|", key=first.count)
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, skipinitialspace=True)
    return [{(key or "column 1").strip(): value.strip() for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_submission_in_the_sample_s_form(name: str, tmp_path: Path) -> None:
    want = LAYOUTS[name]()
    got = found(want.files, tmp_path, **want.params)
    asked = got.competition
    tests = [image for image in got.images if image.subset == "test"]
    best = [i % len(asked.classes) for i in range(len(tests))]
    written, shipped = table(submitted(got, tmp_path, best)), table(got.sample_text)
    assert [list(row) for row in written] == [list(row) for row in shipped]
    for column in set(shipped[0]) - set([asked.value_column] if asked.endings else asked.columns):
        assert [row[column] for row in written] == [row[column] for row in shipped]
    of: dict[str, int] = {}  # of an id's images the first counts here: votes are judged elsewhere
    for i, image in enumerate(tests):
        of.setdefault(str(image.submission_id), best[i])
    if asked.endings:
        values = {row[asked.id_column]: row[asked.value_column] for row in written}
        for name, winner in of.items():
            cells = [values[name + ending] for ending in asked.endings]
            assert int(np.argmax([float(cell) for cell in cells])) == asked.column_classes.index(winner)
        return
    for row in written:
        winner = of[row[asked.id_column]]
        cells = [row[column] for column in asked.columns]
        if asked.form in ("label", "integer", "sets"):
            assert cells == [asked.values[winner]]
        elif asked.form in ("chances", "numbers"):
            assert [float(cell) for cell in cells].index(0.9) == asked.column_classes.index(winner)
        elif asked.form == "top_k":
            assert cells[0].split(" ")[0] == asked.values[winner]
            assert len(set(cells[0].split(" "))) == min(asked.top_k, len(asked.classes))
        elif asked.form == "binary":
            assert (float(cells[0]) > 0.5) == (asked.column_classes == [winner])
        else:
            assert math.isclose(sum(map(float, cells)), 1)
            if winner in asked.column_classes:
                assert int(np.argmax([float(cell) for cell in cells])) == asked.column_classes.index(winner)


def by_hand(name: str, folder: Path) -> list[str]:
    """Test images in the order of image_id are of the last class, the first, the second, and so on."""
    want = LAYOUTS[name]()
    got = found(want.files, folder, **want.params)
    k = len(got.competition.classes)
    return submitted(got, folder, [(i + k - 1) % k for i in range(want.test)]).splitlines()


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("wild_animals_labelled_in_coco_annotations", ["Id,Category", "{1},0", "{0},19"]),
        ("ids_that_a_test_table_turns_into_file_names", ["id,label", "900,dog", "901,cat", "902,dog"]),
        ("integers_with_zeros_in_front_in_the_sample_too",
         ["id,label", "0.jpg,010", "1.jpg,001", "2.jpg,002"]),
        ("a_row_number_in_the_sample", [",file,label", "0,2.jpg,dog", "1,0.jpg,dog", "2,1.jpg,cat"]),
        ("byte_order_marks_quotes_and_windows_line_ends", ['"id","label"', "t0,dog"]),
        ("windows_paths_of_the_organiser_s_disk", ["path,label", "test\\t0.jpg,dog"]),
        ("cacti_in_zips_of_doubled_folders",
         ["id,has_cactus", "{0}.jpg,0.9000", "{1}.jpg,0.1000", "{2}.jpg,0.9000"]),
        ("letters_whose_classes_differ_in_case_alone",
         ["id,a,A,b", "0.jpg,0.0500,0.0500,0.9000", "1.jpg,0.0500,0.9000,0.0500",
          "2.jpg,0.9000,0.0500,0.0500"]),
        ("names_with_underscores_for_blanks_in_a_ranking", ["id,label", "t0,hot_dog Eiffel_Tower"]),
        ("integers_from_one_with_nothing_that_says_which", ["id,class", "0,3", "1,1", "2,2"]),
    ],
)  # fmt: skip
def test_submissions_by_hand(name: str, lines: list[str], tmp_path: Path) -> None:
    """{i} is the i-th test image's name of three (or two) digests, as the layout makes them."""
    written = by_hand(name, tmp_path)
    digests = sorted(line.split(",")[0].removesuffix(".jpg") for line in written[1:])
    assert sorted(written[1:]) == sorted(line.format(*digests) for line in lines[1:])
    assert written[0] == lines[0]
