"""data/embeddings/: one vector an image from a fixed network, float32 (n, d), and the images' ids."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from podium.contracts.table import TableContract, columns
from podium.foundation.errors import UserError
from podium.foundation.files import replacing_folder

FOLDER = Path("data/embeddings")
IDS = TableContract(
    name="embedded images", schema=columns(row=pa.int64(), image_id=pa.string()), key=("row",)
)


def write(
    ids: list[str],
    vectors: np.ndarray,
    folder: Path = FOLDER,
    also: Callable[[Path], None] = lambda draft: None,
) -> None:
    """Writes vectors float32 (n, d) in the order of `ids`; the folder appears whole or not at all.

    `also` adds files to the folder in the making.
    """
    import pandas as pd

    assert vectors.dtype == np.float32 and vectors.ndim == 2 and len(vectors) == len(ids)
    assert np.isfinite(vectors).all(), "an embedding is not finite"
    with replacing_folder(folder) as draft:
        np.save(draft / "embeddings.npy", vectors, allow_pickle=False)
        IDS.write(pd.DataFrame({"row": range(len(ids)), "image_id": ids}), draft / "ids.parquet")
        also(draft)


def read(folder: Path = FOLDER) -> tuple[list[str], np.ndarray]:
    """(ids, vectors): the vectors are mapped read-only. Raises UserError where the two disagree."""
    ids = IDS.read(folder / "ids.parquet")["image_id"].tolist()
    vectors = np.load(folder / "embeddings.npy", mmap_mode="r", allow_pickle=False)
    if len(ids) != len(vectors):
        raise UserError(f"{folder}: {len(vectors)} vectors for {len(ids)} images; run `dvc repro -f embed`.")
    return ids, vectors


def of(ids: Sequence[str], folder: Path = FOLDER) -> NDArray[np.float32]:
    """The vectors (n, d) of these images, in their order. Raises UserError where one has none."""
    known, vectors = read(folder)
    place = {image_id: row for row, image_id in enumerate(known)}
    lacking = [image_id for image_id in ids if image_id not in place]
    if lacking:
        raise UserError(
            f"{folder}: {len(lacking)} images have no vector, {lacking[0]!r} for one: "
            "run `dvc repro -f embed`."
        )
    return taken(vectors, [place[image_id] for image_id in ids])


def taken(
    vectors: NDArray[np.float32], rows: Sequence[int] | NDArray[np.integer[Any]]
) -> NDArray[np.float32]:
    """These rows of vectors (n, d): as they lie on the disk, mapped, where they follow each other there."""
    first = rows[0] if len(rows) else 0
    if np.array_equal(rows, np.arange(first, first + len(rows))):
        return vectors[first : first + len(rows)]  # no copy of all of them in memory
    return np.ascontiguousarray(vectors[rows])
