"""Pictures of one size beside and below each other, as one picture."""

from collections.abc import Sequence

import numpy as np

from podium.images.pixels import Pixels

GAP = 2  # pixels of white between two tiles


def mosaic(tiles: Sequence[Pixels], columns: int) -> Pixels:
    """Square tiles of one size, at least one, in rows of at most `columns`."""
    side, wide = tiles[0].shape[0], min(columns, len(tiles))
    rows = -(-len(tiles) // wide)
    made = np.full((rows * (side + GAP) - GAP, wide * (side + GAP) - GAP, 3), 255, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (place * (side + GAP) for place in divmod(number, wide))
        made[top : top + side, left : left + side] = tile
    return made
