"""Which images are embedded, and how large; no network runs here."""

from collections import Counter

import pytest

from podium.embedding.embed import MIRRORED, input_size, mirror_sample


@pytest.mark.parametrize(("short_side", "size"), [(8, 64), (28, 128), (100, 128), (150, 160), (4000, 160)])
def test_auto_follows_the_images_within_bounds(short_side: float, size: int) -> None:
    assert input_size("auto", short_side) == size
    assert input_size(96, short_side) == 96


def test_mirrored_images_are_spread_over_the_classes_whatever_the_order() -> None:
    ids = [f"{number}.jpg" for number in range(2000)]
    labels = ["rare" if number < 30 else "common" for number in range(2000)]
    chosen = mirror_sample(ids, labels)
    assert chosen == sorted(chosen)
    assert Counter(labels[row] for row in chosen) == {"rare": 30, "common": MIRRORED - 30}
    turned = mirror_sample(ids[::-1], labels[::-1])
    assert {ids[::-1][row] for row in turned} == {ids[row] for row in chosen}
