"""A hidden test set made of training images, under names that the sample's ids find as they find its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.competition.keys import THROUGH
from podium.competition.matching import FOLDERS
from podium.competition.suffixes import stem
from podium.contracts import images as contract
from podium.download import tables
from podium.download.raw import Raw
from podium.export.card import BundleCard

FIRST = 70_000_000  # a number that no shipped image or row has


@dataclass(frozen=True)
class HiddenSet:
    """Some images, the rows that they are of, and what lies where a notebook looks for them."""

    images: pd.DataFrame  # of images.parquet, row after row
    home: NDArray[np.int64]  # (n,) the number of each image's row, ascending
    ids: list[str]  # of the rows
    files: dict[str, str]  # place -> path in the download
    tables: dict[str, str]  # place -> text


def chosen(shipped: pd.DataFrame, company: dict[str, str], count: int) -> pd.DataFrame:
    """About so many readable training images in whole rows, evenly spread, with the column `row`."""
    readable = contract.readable(shipped[shipped["subset"] == "train"])
    readable = readable.assign(row=[company.get(name, name) for name in readable["image_id"]])
    names = readable["row"].drop_duplicates().tolist()
    wanted = max(1, count * len(names) // max(1, len(readable)))
    if len(names) > wanted:
        kept = {names[int(i * len(names) / wanted)] for i in range(wanted)}
        readable = readable[readable["row"].isin(kept)]
    return readable.sort_values(["row", "path"], kind="stable").reset_index(drop=True)


def hide(
    images: pd.DataFrame, of: dict[str, list[str]], card: BundleCard, raw: Raw, beside: pd.DataFrame
) -> HiddenSet:
    """The chosen images as a test set, with the tables that say something of it.

    of: the sample's ids -> the paths of their images. beside: columns by image_id.
    """
    home = pd.factorize(images["row"])[0].astype(np.int64)
    paths = images["path"].tolist()
    like, own = max(of.items(), key=lambda one: len(one[1]))
    above = f"{like.rpartition('/')[0]}/" if "/" in like else ""
    ids = [f"{above}{FIRST + row}" for row in range(int(home.max()) + 1)]
    if card.through:
        names = renamed(paths, own[0])
    elif own[1:]:
        names = _of_rows(paths, home, like, own[0], card)
    else:
        names = renamed(paths, own[0])
        ids = [id_of(name, like) for name in names]
    cells = beside.reindex(images["image_id"])
    told = {name: _table(name, names, [ids[row] for row in home], card, raw, cells) for name in card.tables}
    return HiddenSet(images, home, ids, dict(zip(names, paths, strict=True)), told)


def renamed(paths: Sequence[str], path: str) -> list[str]:
    """Places in the test folder of `path`, under numbers that no shipped image has, suffixes kept."""
    folder = path.rpartition("/")[0]
    names = [f"{FIRST + i}{_suffix(one)}" for i, one in enumerate(paths)]
    return [f"{folder}/{name}" if folder else name for name in names]


def id_of(path: str, like: str) -> str:
    """What a sample calls an image that calls another one `like`: with folder and suffix, or without."""
    name = path.rpartition("/")[2]
    name = name if stem(like) != like else stem(name)
    return f"{like.rpartition('/')[0]}/{name}" if "/" in like else name


def _of_rows(
    paths: Sequence[str], home: NDArray[np.int64], like: str, path: str, card: BundleCard
) -> list[str]:
    """Places of images whose row is a folder, or what file names begin with, as `like` is in `path`."""
    parts = path.split("/")
    bare = like.rpartition("/")[2]
    if FOLDERS in card.id_forms:
        at = next(i for i in range(len(parts) - 2, -1, -1) if parts[i].casefold() == bare.casefold())
        above, between = "/".join(parts[:at]), "/"
    else:
        above, between = "/".join(parts[:-1]), "_"
    start = f"{above}/" if above else ""
    return [f"{start}{FIRST + row}{between}{i}{_suffix(one)}"
            for i, (row, one) in enumerate(zip(home, paths, strict=True))]  # fmt: skip


def _suffix(path: str) -> str:
    return path[len(stem(path)) :].lower()


def _table(
    table: str, names: Sequence[str], rows: Sequence[str], card: BundleCard, raw: Raw, beside: pd.DataFrame
) -> str:
    """A table of the download with these images in place of its own: their rows, and what is beside them."""
    shipped = tables.parse(raw.read(table), table)
    cells: dict[str, Sequence[str]] = {}

    def name_images(column: str) -> None:
        like = next(cell for cell in shipped.columns[column] if cell)
        cells[column] = [id_of(name, like) for name in names]

    for told in card.told:
        if told.table == table:
            name_images(told.ids)
            cells |= {name: beside[name].fillna("").tolist() for name in told.columns}
    if table == card.through:
        keys, images = card.id_forms[0].removeprefix(f"{table}, ").split(THROUGH)
        name_images(images)
        cells[keys] = rows
    lines = zip(*(cells.get(name, [""] * len(rows)) for name in shipped.header), strict=True)
    return "".join(",".join(map(tables.cell, line)) + "\n" for line in [shipped.header, *lines])
