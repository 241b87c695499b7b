"""Groups of images that show the same, over all subsets together."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.duplicates.pairs import Pairs, within
from podium.duplicates.params import DuplicateParams

COLUMNS = ["image_id", "group", "kind", "distance"]


@dataclass(frozen=True)
class Duplicates:
    """The duplicates table (image_id, group, kind, distance), and sentences on what was left out."""

    table: pd.DataFrame
    sentences: list[str]


def duplicates(images: pd.DataFrame, vectors: NDArray[np.float32], params: DuplicateParams) -> Duplicates:
    """Exact duplicates (bytes, then pixels) and near ones of readable `images` (rows as in `vectors` (n, d)).

    A near pair is at most `params.hamming` bits and at least `params.cosine` alike; near pairs join groups
    closest first (then by image_id) while the group stays within `params.largest`. The distance of an image
    is 0 where it is exact, else 1 - cosine to its nearest partner, in [0, 2].
    """
    order = np.argsort(images["image_id"].to_numpy(), kind="stable")
    images = images.iloc[order].reset_index(drop=True)
    if not np.array_equal(order, np.arange(len(order))):
        vectors = vectors[order]
    exact = _exact(images)
    pairs, cosines, sentences = _near(images, vectors, exact, params)
    groups, refused = _join(exact, pairs, cosines, params.largest)
    if refused:
        sentences.append(
            f"{refused} near pairs were not joined: their group would have passed duplicates.largest "
            f"({params.largest} images)."
        )
    return Duplicates(_table(images["image_id"].to_numpy(), exact, pairs, cosines, groups), sentences)


def _exact(images: pd.DataFrame) -> NDArray[np.int64]:
    """The first row with the same pixels (equal bytes are equal pixels) for each row (n,)."""
    first = np.arange(len(images))
    for column in ("sha256", "pixels"):
        codes = pd.factorize(images[column])[0]
        first = first[_first_of(codes)]
    return first[first]


def _first_of(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    _, places = np.unique(codes, return_index=True)
    return places[codes]


def _near(
    images: pd.DataFrame, vectors: NDArray[np.float32], exact: NDArray[np.int64], params: DuplicateParams
) -> tuple[Pairs, NDArray[np.float64], list[str]]:
    """(pairs of rows, their cosines, sentences) among one image of each exact group."""
    if not params.near:
        return np.empty((0, 2), np.int64), np.empty(0), []
    ones = np.flatnonzero(exact == np.arange(len(exact)))
    hashes = images["phash"].to_numpy(np.uint64)[ones]
    pairs, crowd = within(hashes, params.hamming)
    sentences = []
    if crowd:
        sentences.append(
            f"{crowd} images share their hash with a thousand others and got no near-pair search."
        )
    pairs = ones[pairs]
    cosines = _cosines(vectors, pairs)
    alike = cosines >= params.cosine
    return pairs[alike], cosines[alike], sentences


def _cosines(vectors: NDArray[np.float32], pairs: Pairs, chunk: int = 4096) -> NDArray[np.float64]:
    """The cosine of each pair's vectors, centred on the mean of all (m,)."""
    if not len(pairs):
        return np.empty(0)
    mean = vectors.mean(axis=0, dtype=np.float64)
    norms = np.concatenate(
        [np.linalg.norm(vectors[at : at + chunk] - mean, axis=1) for at in range(0, len(vectors), chunk)]
    )
    parts = []
    for at in range(0, len(pairs), chunk):
        first, second = pairs[at : at + chunk].T
        dots = np.einsum("nd,nd->n", vectors[first] - mean, vectors[second] - mean)
        parts.append(dots / np.maximum(norms[first] * norms[second], 1e-12))
    return np.concatenate(parts)


def _join(
    exact: NDArray[np.int64], pairs: Pairs, cosines: NDArray[np.float64], largest: int
) -> tuple[NDArray[np.int64], int]:
    """(the group of each row, named by its lowest row; near pairs refused for the group's size)."""
    parent = exact.copy()
    size = np.bincount(exact, minlength=len(exact))
    refused = 0
    for index in np.lexsort((pairs[:, 1], pairs[:, 0], -np.round(cosines, 6))):
        one, two = _root(parent, pairs[index, 0]), _root(parent, pairs[index, 1])
        if one == two:
            continue
        if size[one] + size[two] > largest:
            refused += 1
            continue
        low, high = min(one, two), max(one, two)
        parent[high] = low
        size[low] += size[high]
    return np.array([_root(parent, row) for row in range(len(parent))], dtype=np.int64), refused


def _root(parent: NDArray[np.int64], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return int(row)


def _table(
    ids: NDArray[np.object_],
    exact: NDArray[np.int64],
    pairs: Pairs,
    cosines: NDArray[np.float64],
    groups: NDArray[np.int64],
) -> pd.DataFrame:
    """The rows of groups of two and more."""
    nearest = np.full(len(ids), np.inf)
    joined = groups[pairs[:, 0]] == groups[pairs[:, 1]]
    for side in (0, 1):
        np.minimum.at(nearest, pairs[joined, side], np.maximum(0.0, 1 - cosines[joined]))
    twin = np.bincount(exact, minlength=len(ids))[exact] > 1
    grouped = np.bincount(groups, minlength=len(ids))[groups] > 1
    return pd.DataFrame(
        {
            "image_id": ids[grouped],
            "group": ids[groups[grouped]],
            "kind": np.where(twin, "exact", "near")[grouped],
            "distance": np.where(twin, 0.0, nearest)[grouped].astype(np.float32),
        },
        columns=COLUMNS,
    )


def group_of(ids: list[str], table: pd.DataFrame) -> list[str]:
    """The duplicate group of each id; an image without company is its own group."""
    known = dict(zip(table["image_id"], table["group"], strict=True))
    return [known.get(image_id, image_id) for image_id in ids]
