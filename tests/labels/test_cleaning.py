"""What follows from duplicates: contradicting labels are suspects."""

from podium.contracts import clean
from podium.contracts.images import IMAGES
from podium.contracts.images import PATH as INDEX
from stages import clean_labels


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
