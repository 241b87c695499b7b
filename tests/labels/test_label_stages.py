"""clean_labels and split from contracts to contracts."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from podium.contracts import clean
from podium.contracts.folds import FOLDS
from podium.contracts.folds import PATH as SPLIT
from podium.foundation.errors import UserError
from podium.metrics import report
from stages import clean_labels, freeze_folds, split


def test_every_readable_labelled_image_keeps_its_row_and_gets_a_fold(room: Path) -> None:
    clean_labels.main()
    split.main()
    table, folds = clean.read(), FOLDS.read(SPLIT)
    assert len(table) == len(folds) == 3 * 20 - 1
    assert set(folds["fold"]) == {0, 1, 2}
    counts = folds.groupby(["fold", "label"]).size()
    assert counts.max() - counts.min() <= 1
    facts = json.loads((room / "data/clean/facts.json").read_text())
    assert 0 <= facts["adversarial_auc"] <= 1 and facts["probe_accuracy"] > 0.9
    shown = report.facts()  # metrics.json takes a few numbers: these must be among them
    assert {"adversarial_auc", "suspects", "noise_estimate", "duplicate_groups_with_test"} <= set(shown)


def test_decisions_survive_a_rerun_and_a_move_between_classes(room: Path) -> None:
    """The image lies in another class folder now: its row still counts, and the file stays as it is."""
    told = "image_id,label,note\ntrain/dog/cat1.jpg,dog,seen\n"
    (room / "data/corrections.csv").write_text(told)
    clean_labels.main()
    first = clean.PATH.read_bytes()
    clean_labels.main()
    assert clean.PATH.read_bytes() == first and (room / "data/corrections.csv").read_text() == told
    row = clean.read().set_index("image_id").loc["train/cat/cat1.jpg"]
    assert (row["label_given"], row["action"], row["reason"]) == ("dog", "relabel", "corrections.csv: seen")
    facts = json.loads((room / "data/clean/facts.json").read_text())
    assert any("'train/dog/cat1.jpg' to 'train/cat/cat1.jpg'" in line for line in facts["sentences"])
    assert 'data-id="train/cat/cat1.jpg"' in (room / "data/clean/review.html").read_text()


def test_the_users_word_wins_and_a_dropped_image_keeps_its_fold(room: Path) -> None:
    (room / "data/corrections.csv").write_text(
        "image_id,label,note\ntrain/cat/cat0.jpg,drop,blurred\ntrain/cat/cat1.jpg,dog,\n"
    )
    clean_labels.main()
    split.main()
    table = clean.read().set_index("image_id")
    dropped, relabelled = table.loc["train/cat/cat0.jpg"], table.loc["train/cat/cat1.jpg"]
    assert (dropped["action"], dropped["label_given"], dropped["weight"]) == ("drop", "cat", 0)
    assert (relabelled["action"], relabelled["label"], relabelled["label_given"]) == ("relabel", "dog", "dog")
    assert dropped["reason"] == "corrections.csv: blurred"
    folds = FOLDS.read(SPLIT).set_index("image_id")
    assert folds.loc["train/cat/cat0.jpg", "fold"] >= 0
    assert folds.loc["train/cat/cat1.jpg", "label"] == 1


def test_a_correction_of_an_unknown_image_names_the_row(room: Path) -> None:
    (room / "data/corrections.csv").write_text(
        "image_id,label,note\ntrain/cat/cat0.jpg,cat,\ntrain/x.jpg,cat,\n"
    )
    with pytest.raises(UserError, match=r"corrections.csv, row 3: 'train/x.jpg' is no labelled image"):
        clean_labels.main()
    assert not (room / "data/clean").exists()


def test_the_same_input_gives_the_same_bytes(room: Path) -> None:
    seen = []
    for _ in range(2):
        clean_labels.main()
        split.main()
        seen.append([p.read_bytes() for p in sorted((room / "data").rglob("*")) if p.is_file()])
    assert seen[0] == seen[1]


def test_freezing_writes_the_file_and_changes_nothing(room: Path) -> None:
    clean_labels.main()
    split.main()
    before = (room / SPLIT).read_bytes()
    freeze_folds.main()
    split.main()
    assert (room / SPLIT).read_bytes() == before
    with (room / "data/corrections.csv").open("a") as file:
        file.write("train/cat/cat1.jpg,dog,\n")
    clean_labels.main()
    split.main()
    after = FOLDS.read(SPLIT)
    assert (after["fold"].to_numpy() == pd.read_parquet(io.BytesIO(before))["fold"].to_numpy()).all()


def test_frozen_folds_stay(room: Path) -> None:
    clean_labels.main()
    split.main()
    before = FOLDS.read(SPLIT)
    before[["image_id", "fold"]].iloc[5:].to_csv(room / "data/folds.csv", index=False)
    split.main()
    after = FOLDS.read(SPLIT)
    pd.testing.assert_frame_equal(before.iloc[5:], after.iloc[5:])
