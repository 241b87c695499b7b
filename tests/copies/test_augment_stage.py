"""The stage on a tiny competition: what trust rests on."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from podium.contracts import clean, manifest
from podium.images.shards import Reader
from stages import augment


def run(**values: object) -> pd.DataFrame:
    Path("params.yaml").write_text(yaml.safe_dump({"seed": 3, "augment": {"flip": "none", **values}}))
    augment.main()
    return manifest.MANIFEST.read(manifest.PATH)


def test_every_class_is_brought_to_its_number(zoo: Path) -> None:
    table = run(per_class=9)
    trained = table[table["fold"] >= 0]
    assert trained.groupby("label").size().to_dict() == {0: 9, 1: 9, 2: 9}


def test_copies_never_leave_their_fold_and_hold_outs_have_none(zoo: Path) -> None:
    table = run(per_class=30)
    home = table[table["copy"] == 0].set_index("image_id")["fold"]
    copies = table[table["copy"] > 0]
    assert len(copies) and (copies["source_id"].map(home) == copies["fold"]).all()
    assert (copies["fold"] != -1).all() and (home == -1).sum() == 3


def test_copies_decode_at_their_sources_size_and_differ(zoo: Path) -> None:
    table = run(per_class=30)
    reader = Reader(Path("data"))
    one = table[table["source_id"] == "train/cat/001.png"]
    decoded = [
        cv2.imdecode(np.frombuffer(reader.read(*row), np.uint8), cv2.IMREAD_COLOR)
        for row in one[["shard", "offset", "length"]].itertuples(index=False)
    ]
    assert len(decoded) == 5 and {pixels.shape for pixels in decoded} == {(40, 48, 3)}
    assert len({pixels.tobytes() for pixels in decoded}) == 5


def test_a_dropped_image_keeps_its_row_at_weight_0_and_gets_no_copies(zoo: Path) -> None:
    labels = clean.read()
    labels.loc[labels["image_id"] == "train/cat/002.png", ["action", "weight"]] = ["drop", 0.0]
    clean.write(labels)
    table = run(per_class=30)
    rows = table[table["source_id"] == "train/cat/002.png"]
    assert rows["copy"].tolist() == [0] and rows["weight"].tolist() == [0.0]
    assert (table["fold"] >= 0).sum() == 91


def test_a_relabelled_image_is_augmented_as_its_new_class_and_scored_as_given(zoo: Path) -> None:
    labels = clean.read()
    labels.loc[labels["image_id"] == "train/cat/002.png", ["label", "action"]] = ["dog", "relabel"]
    clean.write(labels)
    rows = run(per_class=30)
    rows = rows[rows["source_id"] == "train/cat/002.png"]
    assert set(rows["label"]) == {1} and set(rows["label_given"]) == {0} and len(rows) in (7, 8)


def test_0_turns_copies_off(zoo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = run(per_class=0)
    assert "A class has" not in capsys.readouterr().out  # no number was asked for
    assert (table["copy"] == 0).all() and len(table) == 21 and (table["weight"] == 1).all()


def test_facts_say_what_was_made(zoo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(per_class=9)
    said = capsys.readouterr().out
    assert "18 originals and 9 copies (mild; per_class 9)" in said
    assert "A class has 9 images over the whole" in said  # and not: 9 (cat) to 9 (cat)
