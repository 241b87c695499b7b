"""images.parquet: what is stored has a digest, and later stages take it from there."""

from pathlib import Path

import pandas as pd
import pytest

from podium.contracts.images import IMAGES, below_data
from podium.features.items import Item, items_of
from podium.training.feed.rows import with_places
from tests.tables import images


def table(**changes: object) -> pd.DataFrame:
    """One stored image and one that cannot be read."""
    values = {
        "image_id": ["test/a.png", "test/b.png"],
        "offset": [512, 0],
        "length": [9, 0],
        "digest": ["d0", ""],
    }
    return images(**(values | changes))


@pytest.mark.parametrize("digests", [["", ""], ["d0", "d1"]])
def test_a_digest_stands_where_bytes_are_stored(digests: list[str], tmp_path: Path) -> None:
    IMAGES.write(table(), tmp_path / "images.parquet")
    with pytest.raises(AssertionError, match="a stored image has no digest, or one that is not stored has"):
        IMAGES.write(table(digest=digests), tmp_path / "images.parquet")


def test_features_and_pseudo_labels_take_digests_and_places_without_reading_an_image() -> None:
    some = table().head(1)
    assert items_of(below_data(some)) == [Item("d0", "images/images-0000.tar", 512, 9)]
    taught = pd.DataFrame({"image_id": ["test/a.png"], "fold": [0], "p0": [1.0], "weight": [1.0]})
    assert items_of(with_places(taught, table())) == items_of(below_data(some))
