"""What follows from duplicates: contradicting labels are suspects, test twins take an agreed label only."""

import pandas as pd

from podium.contracts import clean
from podium.contracts.images import IMAGES
from podium.contracts.images import PATH as INDEX
from podium.labels.outcome import test_twins as twins_of_test
from stages import clean_labels


def test_twins_agree_or_say_nothing_and_dropped_images_do_not_speak() -> None:
    cleaned = pd.DataFrame(
        {
            "image_id": ["train/a", "train/b", "train/c", "train/d", "train/e"],
            "label": ["x", "x", "x", "y", "y"],
            "action": ["keep", "keep", "keep", "keep", "drop"],
        }
    )
    twins = pd.DataFrame(
        {
            "image_id": ["train/a", "train/b", "test/1", "train/c", "train/d", "test/2", "train/e", "test/3"],
            "group": ["1", "1", "1", "2", "2", "2", "3", "3"],
        }
    )
    assert twins_of_test(cleaned, twins).to_dict("list") == {"image_id": ["test/1"], "label": ["x"]}


def _twin(room, one: str, two: str) -> None:  # type: ignore[no-untyped-def]
    table = IMAGES.read(room / INDEX).set_index("image_id")
    table.loc[two, ["sha256", "pixels"]] = table.loc[one, ["sha256", "pixels"]]
    IMAGES.write(table.reset_index(), room / INDEX)


def test_duplicates_under_two_labels_are_suspects(room) -> None:  # type: ignore[no-untyped-def]
    _twin(room, "train/cat/cat0.jpg", "train/dog/dog0.jpg")
    clean_labels.main()
    table = clean.read().set_index("image_id")
    for image_id in ("train/cat/cat0.jpg", "train/dog/dog0.jpg"):
        assert table.loc[image_id, "suspect"] and table.loc[image_id, "quality"] <= 0.5
        assert "a duplicate has another label" in table.loc[image_id, "reason"]


def test_test_duplicates_are_written_only_when_allowed(room) -> None:  # type: ignore[no-untyped-def]
    _twin(room, "train/cat/cat0.jpg", "test/3.jpg")
    clean_labels.main()
    assert not (room / "data/clean/test_duplicates.csv").exists()
    params = room / "params.yaml"
    params.write_text(params.read_text().replace("leak: {}", "leak: {use_test_duplicates: true}"))
    clean_labels.main()
    assert (room / "data/clean/test_duplicates.csv").read_text() == "image_id,label\ntest/3.jpg,cat\n"
