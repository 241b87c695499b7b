"""Samples with a row for each image and column: `ID_1_any` asks for the column `any` of the image `ID_1`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from podium.competition.id_columns import counts_rows, value_columns
from podium.competition.keys import through_table
from podium.competition.matching import ImageIndex, match
from podium.competition.roles import Roles, file_role
from podium.competition.sample import POOLS, is_sample
from podium.competition.suffixes import stem
from podium.competition.tasks import refuse_pixels
from podium.contracts.competition import Finding
from podium.download.tables import Sheet
from podium.forms.marks import mark_between
from podium.foundation.errors import UserError

MARKS = "_-. :|/"  # where an id of an image may end
TRIED = 200  # images of which is looked whether they are there
GRID = 0.99  # of a table's cells that must be ids with an ending, for it to be as the sample is
FEWEST = 2  # endings: one is none
SHOWN = 3  # names in a sentence


@dataclass(frozen=True)
class Long:
    """What the rows' ids add to an image's, the columns' names for it, and the one column of values."""

    endings: list[str]
    columns: list[str]
    value: str
    sample: str  # its name

    def finding(self) -> Finding:
        """For the table of findings."""
        shown = ", ".join(self.columns[:SHOWN]) + (" ..." if self.columns[SHOWN:] else "")
        text = f"{self.sample} has a row for each image and column: {len(self.columns)} columns ({shown})"
        return Finding(what="sample", found=text, why=f"ids end in {self.endings[0]} and the like")


def widened(sheets: Sequence[Sheet], roles: Roles, named: str | None) -> tuple[list[Sheet], Long | None]:
    """(the tables with a row for each image, how the sample is long); (the tables as they are, None) if not.

    named: the sample that params name. Raises UserError where no table tells what is asked of each image.
    """
    samples = [sheet for sheet in sheets if sheet.text and _may_be(sheet, named)]
    for sample in samples:
        long = _long(sample, [sheet for sheet in sheets if sheet is not sample], roles)
        if long is None:
            continue
        wide = [_wide(sheet, long, sheet is sample) for sheet in sheets]
        columns = {name.casefold() for name in long.columns}
        told = [sheet for sheet in wide if _is_trained(sheet, named) and _tells(sheet, columns)]
        told = told or [sample] * (columns <= _folded(part for path in roles.of for part in path.split("/")))
        if not told or len(value_columns(sample, sample.header[0])) > 1:
            names = {stem(path.rpartition("/")[2]) for path in roles.of}
            refuse_pixels(sample, sample.header[0], sample.columns[sample.header[0]], names)
            raise UserError(
                f"{sample.name} asks for {len(long.columns)} values of each image "
                f"({', '.join(long.endings[:SHOWN])} ...), and no table has columns or rows for them: "
                "is this another task than one of labels or numbers? Podium does not take it."
            )
        return wide, long
    return list(sheets), None


def _may_be(sheet: Sheet, named: str | None) -> bool:
    return sheet.name == named if named else is_sample(sheet.name)


def _is_trained(sheet: Sheet, named: str | None) -> bool:
    return not _may_be(sheet, named) and file_role(sheet.name) != "test"


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _tells(sheet: Sheet, columns: set[str]) -> bool:
    """Whether a table has these columns, or one whose cells hold these names, one or several each."""
    if columns <= _folded(sheet.header):
        return True
    for cells in sheet.columns.values():
        mark = mark_between(cells)
        words = {word.strip() for cell in cells for word in (cell.split(mark) if mark else [cell])}
        if columns <= _folded(words):
            return True
    return False


def _long(sample: Sheet, others: list[Sheet], roles: Roles) -> Long | None:
    """How the sample is long; None where its ids mean images as they are, or by another table."""
    ids = next((name for name in sample.header if not counts_rows(sample, name)), "")
    values = value_columns(sample, ids)
    names = sample.columns.get(ids, [])
    if not values or len(set(names)) < len(names) or len(names) < FEWEST:
        return None
    pools = [roles.pool(*one) for one in POOLS if roles.pool(*one).paths]

    folders = {part for path in roles.of for part in path.split("/")[:-1]}

    def known(images: list[str]) -> bool:
        some = images[:TRIED]
        return folders.issuperset(some) or any(not match(some, pool).missing for pool in pools)

    as_they_are = any(not match(names[:TRIED], ImageIndex(pool.paths, ids)).missing for pool in pools)
    if as_they_are or any(through_table(names, ids, others, pool, sure=True) for pool in pools):
        return None
    endings = endings_of(names, known)
    columns = [ending.strip(MARKS) for ending in endings]
    if len(set(columns)) < len(columns):
        columns = [ending[1:] for ending in endings]  # -5 and 5
    if not endings or len(set(columns)) < len(columns) or not all(columns):
        return None
    return Long(endings, columns, values[0], sample.name)


def endings_of(ids: list[str], known: Callable[[list[str]], bool]) -> list[str]:
    """What ids add to the names of images, of which each has all of them; empty where ids are no such grid.

    known: whether names mean images. The longest names that do so are taken.
    """
    first = ids[0]
    marks = [at for at in range(len(first) - 1, 0, -1) if first[at] in MARKS]
    for cut in [at for at in marks if first[at - 1] not in MARKS]:
        start = first[: cut + 1]
        endings = [name[cut:] for name in ids if name.startswith(start)]
        if len(endings) < FEWEST or len(ids) % len(endings):
            continue
        images = _images(ids, endings)
        if images and known(images):
            return endings
    return []


def _images(ids: list[str], endings: list[str]) -> list[str]:
    """The names of images before the endings, where every one has every ending; else none."""
    pattern, given = _pattern(endings), dict[str, set[str]]()
    for name in ids:
        hit = pattern.fullmatch(name)
        if not hit:
            return []
        given.setdefault(hit[1], set()).add(hit[2])
    return list(given) if all(len(some) == len(endings) for some in given.values()) else []


def _pattern(endings: Sequence[str]) -> re.Pattern[str]:
    """A name and its ending; of two that fit the longer."""
    return re.compile(f"(.+?)({'|'.join(map(re.escape, sorted(endings, key=len, reverse=True)))})")


def _wide(sheet: Sheet, long: Long, sample: bool) -> Sheet:
    """The table with a row for each image, where a column has the sample's kind of ids; else as it is."""
    pattern = _pattern(long.endings)
    for key, cells in sheet.columns.items():
        hits = [pattern.fullmatch(cell) for cell in cells]
        if not hits or sum(hit is not None for hit in hits) < GRID * len(hits):
            continue
        rows: dict[str, dict[str, int]] = {}
        for i, hit in enumerate(hits):
            if hit:
                rows.setdefault(hit[1], {}).setdefault(hit[2], i)
                _refuse_torn(sheet, long, i, rows[hit[1]][hit[2]])
        return _of_rows(sheet, key, rows, long, sample)
    return sheet


def _refuse_torn(sheet: Sheet, long: Long, row: int, before: int) -> None:
    """Raises UserError where a row stands twice with two values; the same row twice is one."""
    cells = next(
        (sheet.columns[name] for name in sheet.header if name.casefold() == long.value.casefold()), None
    )
    if cells is not None and cells[row] != cells[before]:
        raise UserError(
            f"{sheet.where(row)}: {long.value} is {cells[row]!r} here and {cells[before]!r} in "
            f"{sheet.unit} {sheet.lines[before]}, for the same id: take one of the rows out."
        )


def _of_rows(sheet: Sheet, key: str, rows: dict[str, dict[str, int]], long: Long, sample: bool) -> Sheet:
    """A row for each image: what all its rows have alike, and a column for each ending."""
    value = next((name for name in sheet.header if name.casefold() == long.value.casefold()), None)
    groups = [list(of.values()) for of in rows.values()]
    columns = {key: list(rows)}
    for name, cells in sheet.columns.items():
        alike = all(cells[i] == cells[group[0]] for group in groups for i in group)
        if name not in (key, value) and alike and not sample:
            columns[name] = [cells[group[0]] for group in groups]
    if value is not None:
        for ending, name in zip(long.endings, long.columns, strict=True):
            places = [of.get(ending) for of in rows.values()]
            columns[name] = ["" if at is None else sheet.columns[value][at] for at in places]
    return replace(sheet, columns=columns, lines=[sheet.lines[group[0]] for group in groups])
