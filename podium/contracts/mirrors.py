"""data/embeddings/mirrors.npy: what the fixed network sees in the mirror images of some training images.

float32 (m, 2, d): horizontal and vertical mirror image of each of m originals; mirrors.parquet has their ids.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from podium.contracts.embeddings import FOLDER
from podium.contracts.table import TableContract, columns
from podium.foundation.errors import UserError

IDS = TableContract(
    name="mirrored images", schema=columns(row=pa.int64(), image_id=pa.string()), key=("row",)
)


def write(ids: list[str], vectors: np.ndarray, folder: Path) -> None:
    """Writes vectors float32 (m, 2, d) in the order of `ids` into an embeddings folder in the making."""
    assert vectors.dtype == np.float32 and vectors.ndim == 3 and vectors.shape[:2] == (len(ids), 2)
    assert np.isfinite(vectors).all(), "an embedding is not finite"
    np.save(folder / "mirrors.npy", vectors, allow_pickle=False)
    IDS.write(pd.DataFrame({"row": range(len(ids)), "image_id": ids}), folder / "mirrors.parquet")


def read(folder: Path = FOLDER) -> tuple[list[str], np.ndarray]:
    """(ids, vectors). Raises UserError where the two disagree."""
    ids = IDS.read(folder / "mirrors.parquet")["image_id"].tolist()
    try:
        vectors = np.load(folder / "mirrors.npy", mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise UserError(f"{folder}/mirrors.npy is missing: run `dvc repro`.") from None
    if len(ids) != len(vectors):
        raise UserError(
            f"{folder}: mirrors of {len(vectors)} and ids of {len(ids)} images; `dvc repro -f embed`."
        )
    return ids, vectors
