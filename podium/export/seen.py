"""What networks say of images, held until all images of a row are there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Seen:
    """Readable images in the order of the rows that they belong to."""

    home: NDArray[np.int64]  # (b,) rows, ascending
    images: NDArray[np.int64]  # (b,) their places among all images
    probs: NDArray[np.float32]  # (m, f, b, c)
    vectors: NDArray[np.float32]  # (b, d) the fixed network's; d is 0 where nobody asks for them

    def before(self, row: int) -> tuple["Seen", "Seen"]:
        """(the images of the rows below `row`, the others)."""
        cut = int(np.searchsorted(self.home, row))
        return self._part(slice(None, cut)), self._part(slice(cut, None))

    def _part(self, rows: slice) -> "Seen":
        return Seen(self.home[rows], self.images[rows], self.probs[:, :, rows], self.vectors[rows])


def joined(first: Seen | None, then: Seen) -> Seen:
    """One after the other."""
    if first is None or not len(first.home):
        return then
    return Seen(
        np.concatenate([first.home, then.home]),
        np.concatenate([first.images, then.images]),
        np.concatenate([first.probs, then.probs], 2),
        np.concatenate([first.vectors, then.vectors]),
    )
