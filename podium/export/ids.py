"""How a sample's ids name their test images, found out for a bundle: hidden ids are named alike."""

from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd

from podium.competition.beside import COVERED
from podium.competition.cells import tell
from podium.competition.id_columns import id_column
from podium.competition.keys import through_table
from podium.competition.matching import ImageIndex, Match, match
from podium.competition.roles import file_role
from podium.competition.sample import is_sample
from podium.download import tables
from podium.download.raw import Raw
from podium.export.card import TellingTable
from podium.foundation.errors import UserError


@dataclass(frozen=True)
class Ids:
    """In words by which forms; `known` are those that neither forms nor the table `through` find."""

    forms: list[str]
    known: dict[str, list[str]] = field(default_factory=dict)
    through: str = ""


def images_of(images: pd.DataFrame) -> dict[str, list[str]]:
    """What the submission calls a row -> the paths of its test images, ascending."""
    known = images[images["subset"] == "test"].dropna(subset="submission_id").sort_values("path")
    found: dict[str, list[str]] = {}
    for name, path in zip(known["submission_id"], known["path"], strict=True):
        found.setdefault(name, []).append(path)
    return found


def named(of: dict[str, list[str]], column: str, raw: Raw) -> Ids:
    """How these ids, cells of the sample's `column`, name their images: by a rule, a table, or one by one."""
    several = any(len(paths) > 1 for paths in of.values())
    pool = ImageIndex([path for paths in of.values() for path in paths], column if several else "")
    made = match(of, pool)
    if all(made.paths(name) == paths for name, paths in of.items()):
        return Ids(made.forms)
    for name in raw.names():
        if not name.lower().endswith(tables.SUFFIXES) or is_sample(name):
            continue
        with suppress(UserError):  # a table that cannot be read tells nothing
            told = through_table(list(of), column, [tables.parse(raw.read(name), name)], pool, sure=True)
            if told and all(told.paths(one) == paths for one, paths in of.items()):
                return Ids(told.forms, through=name)
    return Ids(made.forms, {name: paths for name, paths in of.items() if made.paths(name) != paths})


def tellers(beside: pd.DataFrame, images: pd.DataFrame, raw: Raw) -> list[TellingTable]:
    """The tables that say of test images what `beside` (by image_id) holds; images is images.parquet.

    Raises UserError for a column that no text table says.
    """
    path = dict(zip(images["image_id"], images["path"], strict=True))
    tested = images.loc[images["subset"] == "test", "path"].tolist()
    pool = ImageIndex(tested)
    found: dict[str, dict[str, str]] = {name: {} for name in beside.columns}
    told, seen = [], set[str]()
    for name in raw.names():
        if not name.lower().endswith(tables.SUFFIXES) or is_sample(name) or file_role(name) == "train":
            continue
        with suppress(UserError):
            sheet = tables.parse(raw.read(name), name)
            ids = id_column(sheet, pool)
            columns = [one for one in sheet.header if one in found and one != ids]
            places = match(sheet.columns[ids], pool) if ids and columns else Match()
            if ids and len(places.ids()) >= COVERED * len(tested) and seen.isdisjoint(places.found):
                seen |= places.found.keys()
                told.append(TellingTable(name, ids, columns))
                tell(found, sheet, ids, places, columns)
    wanted = beside[[path.get(one) in set(tested) for one in beside.index]]
    for name in beside.columns:
        cells = {path[one]: cell for one, cell in wanted[name].items() if isinstance(cell, str)}
        if cells != found[name]:
            raise UserError(
                f"the column {name} votes, and no text table of the download says it of the test images as "
                "ingest read it: set ensemble.columns: none, run `dvc repro`, then export."
            )
    return told
