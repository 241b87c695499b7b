"""The sample submission: which table it is, which column holds the ids, and the image that each id means."""

import re
from collections import Counter
from dataclasses import dataclass

from podium.competition.id_columns import counts_rows, id_column, repeats, value_columns
from podium.competition.id_forms import hint
from podium.competition.keys import THROUGH, refuse_shared, through_table
from podium.competition.labels import SHOWN
from podium.competition.matching import Match, match, which
from podium.competition.roles import Roles
from podium.competition.suffixes import stem
from podium.competition.tasks import refuse_masks_and_boxes, refuse_pairs, refuse_pixels
from podium.contracts.competition import Finding
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

NAME = re.compile(r"sample|submi|template|example|benchmark", re.IGNORECASE)
POOLS = (
    ("test",),
    ("",),
    ("test", "", "validation", "unlabelled", "predict"),
    ("train",),
)  # tried in this order

MOST = 0.5  # of a sample's ids that are found, for the others to be missing and not called otherwise
Read = tuple[Sheet, str, Match]  # a sample, the column of its ids, and what they mean


@dataclass
class ShippedSample:
    """The sample submission as shipped."""

    sheet: Sheet
    id_column: str
    ids: dict[str, str]  # image path -> id as the sample writes it; several images may have one id
    findings: list[Finding]

    @property
    def values(self) -> dict[str, list[str]]:
        """The columns to be filled."""
        sheet = self.sheet.plain(but=self.id_column)
        return {name: sheet.columns[name] for name in value_columns(sheet, self.id_column)}


def is_sample(name: str) -> bool:
    """Whether a table's name is one that samples have."""
    return bool(NAME.search(name.rpartition("/")[2]))


def refuse_other_tasks(sheets: list[Sheet], named: str | None) -> None:
    """Raises UserError where the sample, by its name or by params, asks for masks, boxes or the like."""
    for sheet in sheets:
        if sheet.name == named or (named is None and is_sample(sheet.name)):
            refuse_masks_and_boxes(sheet)


def find_sample(
    sheets: list[Sheet], roles: Roles, named: str | None, ids: str | None
) -> ShippedSample | None:
    """The sample, or None without one. Raises UserError where two differ, or its ids are strange."""
    texts = [sheet for sheet in sheets if sheet.text]
    candidates = [sheet for sheet in texts if (sheet.name == named if named else is_sample(sheet.name))]
    if not candidates:
        return None
    for sheet in candidates:
        refuse_pairs(sheet, {path.rpartition("/")[2] for path in roles.of})
    tables = [sheet for sheet in sheets if sheet not in candidates]
    read = [(sheet, *_ids(sheet, tables, roles, ids)) for sheet in candidates]
    whole = [item for item in read if not item[2].missing and item[0].lines]
    whole = whole or _of_several(read, tables, roles, ids)
    if not whole:
        for table in tables if not any(sheet.lines for sheet in candidates) else []:
            refuse_masks_and_boxes(table)  # a sample without rows tells nothing: what is labelled does
        best = max(read, key=lambda item: item[2].share)
        refuse_shared(best[0].columns[best[1]], tables, roles.pool(*POOLS[2]))
        refuse_pixels(best[0], best[1], best[2].missing, {stem(path.rpartition("/")[2]) for path in roles.of})
        raise UserError(_strange_ids(*best, roles))
    whole = _widest(whole)
    sheet, column, found = whole[0]
    findings = [Finding(what="sample", found=f"its ids mean images by {form}")
                for form in found.forms if THROUGH in form]  # fmt: skip
    if found.several:
        roles.set_rows(column)
        findings.append(_told_rows(found))
    if len(candidates) > 1:
        _refuse_different(whole)
        others = ", ".join(other.name for other in candidates if other is not sheet)
        same = len(whole) == len(candidates)
        why = "they have the same ids and columns" if same else "its ids name more test images than theirs"
        findings.append(Finding(what="sample", found=f"{sheet.name}, not {others}", why=why))
    _refuse_repeated(sheet, column, found, tables)
    return ShippedSample(sheet, column, found.ids(), findings)


def _widest(whole: list[Read]) -> list[Read]:
    """Of samples with the same columns the one whose ids hold all others'; all of them where none does.

    A second stage often asks for the first's images, too.
    """
    for sheet, column, found in whole:
        rest = [other for other in whole if other[0] is not sheet]
        if rest and all(
            other.header == sheet.header and found.found.items() > ids.found.items() for other, _, ids in rest
        ):
            return [(sheet, column, found)]
    return whole


def _of_several(read: list[Read], tables: list[Sheet], roles: Roles, named: str | None) -> list[Read]:
    """The samples whose ids are found once an id may mean several images; none: roles stay as they were."""
    again = []
    for sheet, column, _ in read:
        roles.set_rows(column)
        again.append((sheet, *_ids(sheet, tables, roles, named)))
    whole = [item for item in again if not item[2].missing and item[0].lines]
    roles.set_rows(whole[0][1] if whole else "")
    return whole


def _told_rows(found: Match) -> Finding:
    name, paths = max(found.several.items(), key=lambda item: len(item[1]))
    text = f"an id has up to {len(paths)} images, as {name} has {', '.join(paths[:SHOWN])}"
    return Finding(what="rows", found=text + (" ..." if paths[SHOWN:] else ""), why=found.forms[0])


def _ids(sheet: Sheet, tables: list[Sheet], roles: Roles, named: str | None) -> tuple[str, Match]:
    """The id column and what its ids mean: among the test images first, then among the others.

    tables: the others of the download, of which one may say which image an id means.
    """
    first = named if named in sheet.columns else next(n for n in sheet.header if not counts_rows(sheet, n))
    best: tuple[str, Match] | None = None
    for pool in (roles.pool(*names) for names in POOLS):
        if not pool.paths:
            continue
        column = id_column(sheet, pool, named)
        if column is None or (column != first and repeats(sheet, column)):
            told = through_table(sheet.columns[first], first, tables, pool, sure=True)
            if told:
                return first, told
            continue
        told = through_table(sheet.columns[column], column, tables, pool, sure=False)
        found = told or match(sheet.columns[column], pool)
        if best is None or found.share > best[1].share:
            best = (column, found)
        if not found.missing and not found.ambiguous:
            break
    if best is None:
        return first, Match(missing=sheet.columns[first])
    if best[1].ambiguous:
        name, paths = next(iter(best[1].ambiguous.items()))
        raise UserError(
            f"{sheet.name}: the id {name!r} fits {len(paths)} images ({', '.join(paths[:SHOWN])}): "
            f"{which(paths, 'test')}."
        )
    return best


def _refuse_different(whole: list[Read]) -> None:
    sheet, _, found = whole[0]
    for other, _, ids in whole[1:]:
        if (other.header, ids.found) != (sheet.header, found.found):
            raise UserError(
                f"{sheet.name} and {other.name} could both be the sample submission, and they differ: "
                "name one in competition.sample."
            )


def _refuse_repeated(sheet: Sheet, column: str, found: Match, tables: list[Sheet]) -> None:
    name, times = Counter(sheet.columns[column]).most_common(1)[0]
    if times > 1:
        for table in tables:
            refuse_masks_and_boxes(table)
        raise UserError(
            f"{sheet.name}: the id {name!r} stands {times} times; an image has one row: where each row asks "
            "for another value of the image, write a sample with a column for each."
        )
    images = Counter(path for name in found.found for path in found.paths(name))
    path, times = images.most_common(1)[0]
    if times > 1:
        names = sorted(name for name in found.found if path in found.paths(name))
        raise UserError(f"{sheet.name}: the ids {names[0]!r} and {names[1]!r} name the same image, {path}.")


def _strange_ids(sheet: Sheet, column: str, found: Match, roles: Roles) -> str:
    if not sheet.lines:
        return f"{sheet.name} has a header but no rows: give the right file in competition.sample."
    name = found.missing[0]
    where = sheet.where(sheet.columns[column].index(name))
    folders = roles.folders.get("test", [])
    way = "name the test folder in competition.test, or the right file in competition.sample"
    left = [path for path in roles.images("test") if path not in found.ids()]
    if left:
        way = f"{len(left):,} images there have no id, such as {left[0]}: {way}"
    elif found.share > MOST and len(folders) == 1:
        way = (
            f"download the rest; where there is none, an empty file {folders[0]}/{name} gets the classes' "
            f"prior; or {way}"
        )
    return (
        f"{where}: no image in {', '.join(folders) or 'the download'} for the id {name!r} "
        f"({len(found.missing):,} of {len(sheet.lines):,} ids are unknown{hint(name)}): {way}."
    )
