"""What the report shows: originals beside their copies, and counts before and after."""

from pathlib import Path

import numpy as np

from podium.report import contact_sheet
from tests.copies.conftest import CLASSES
from tests.copies.test_augment_stage import run


def test_a_sheet_has_a_row_a_source_and_its_original_first(zoo: Path) -> None:
    table = run(per_class=20)
    sheet = contact_sheet.contact_sheet(table, 1, tile=32, sources=2, copies=4)
    assert sheet is not None and sheet.shape == (2 * 32 + 4, 5 * 32 + 4 * 4, 3)
    tiles = [sheet[:32, i * 36 : i * 36 + 32].astype(int) for i in range(5)]
    assert all(np.abs(tiles[0] - tile).mean() > 1 for tile in tiles[1:])
    assert (sheet[32:36] == 255).all()


def test_a_class_without_copies_has_no_sheet(zoo: Path) -> None:
    assert contact_sheet.contact_sheet(run(per_class=0), 1) is None


def test_counts_before_and_after(zoo: Path) -> None:
    """cat: 7 images, one held out; brought to 9. Three folds of two each: a model sees two thirds."""
    counted = contact_sheet.counts(run(per_class=9), CLASSES).set_index("class")
    cat = counted.loc["cat"].to_dict()
    assert cat == {
        "label": 0, "originals": 6, "held_out": 1, "dropped": 0, "copies": 3, "total": 9, "a_fold": 6.0,
    }  # fmt: skip
