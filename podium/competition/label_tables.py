"""Labels from a table: which column names the images, which the labels, or a refusal."""

import re

from podium.competition.id_columns import counts_rows
from podium.competition.id_forms import hint
from podium.competition.label_columns import (
    as_asked,
    group_rank,
    is_group,
    no_column,
    split_column,
    split_word,
)
from podium.competition.labels import SHOWN, ShippedLabels
from podium.competition.matching import ImageIndex, Match, match, which
from podium.competition.params import CompetitionParams
from podium.competition.tasks import holds_boxes
from podium.competition.told import tell
from podium.competition.truths import truth
from podium.competition.written import is_nothing
from podium.download.tables import Sheet
from podium.forms.classes import integer
from podium.foundation.errors import UserError

NAMED = re.compile("name|label|class|breed|species", re.IGNORECASE)
NUMBERED = re.compile(r"(^|[\W_])(id|idx|index|code|num|number|label|class|target)$|[a-z](Id|ID|Idx|Code)$")
FEW = 0.01  # of a table's rows may lack their image or label where on_missing is few


def from_table(
    sheet: Sheet,
    pool: ImageIndex,
    others: ImageIndex,
    ids: str,
    params: CompetitionParams,
    wanted: dict[str, list[str]],
    known: set[str],
    untold: bool = False,
) -> ShippedLabels | None:
    """Labels of the pool's images from column `ids` and the label's; None where no column could be the label.

    others: images of other roles, whose rows are no mistake.
    wanted: the sample's columns after its id, which often name the label's column or the classes.
    known: the names of class folders. untold: whether nothing tells the test images, so that rows without a
    label do.
    """
    sheet = as_asked(sheet, list(wanted))
    rest = [name for name in sheet.header if name != ids and not counts_rows(sheet, name)]
    rest = [name for name in rest if not pool.rows or name.casefold() != pool.rows.casefold()]
    told = tell(sheet, ids, rest, params, wanted, known)
    if told is None:
        return None
    found = match(sheet.columns[ids], pool)
    _refuse_missing(sheet, ids, found, others, params)
    if told.task == "single" and found.several and len(set(told.cells)) == len(found.found):
        return None  # a label of its own for each folder: a list of classes, and no rows
    cells = ["" if is_nothing(cell) else cell for cell in told.cells] if untold else told.cells
    untold = untold and params.on_missing == "few" and not _may_miss(cells.count(""), len(cells), params)
    labels = _collect(sheet, ids, told.column, cells, found, params, untold)
    labels.row_of = _rows_of(sheet, ids, found, pool.rows)
    labels.strength, labels.rows = told.strength, len(set(sheet.columns[ids]))
    labels.task, labels.columns, labels.mark = told.task, told.columns, told.mark
    if told.column in sheet.columns and told.task == "single":
        labels.names = _names_beside(sheet, told.column)
    return labels


def _collect(
    sheet: Sheet,
    ids: str,
    column: str,
    cells: list[str],
    found: Match,
    params: CompetitionParams,
    untold: bool,
) -> ShippedLabels:
    group = _group_column(sheet, ids, column, params.group_column)
    split = split_column(sheet)
    text = f"{sheet.name}, columns {ids} -> image, {column} -> label" + (
        f", {group} -> group" if group else ""
    )
    labels = ShippedLabels(sheet.name, text, {}, id_column=ids, label_column=column, id_forms=found.forms)
    labels.group_column = group or ""
    unnamed: list[str] = []
    torn: dict[str, str] = {}
    for i, (name, label) in enumerate(zip(sheet.columns[ids], cells, strict=True)):
        paths = found.paths(name)
        if not paths:
            continue
        if not label and untold:
            labels.splits |= dict.fromkeys(paths, "test")
            continue
        if not label:
            empty = cells.count("")
            if not _may_miss(empty, len(cells), params):
                raise UserError(
                    f"{sheet.where(i)}: {column} of {name!r} is empty ({empty:,} of {len(cells):,} are); "
                    "competition.on_missing: skip leaves such rows out; where they are the test images, name "
                    "a list of them in competition.test."
                )
            unnamed.append(name)
            continue
        if labels.of.setdefault(paths[0], label) != label:
            torn.setdefault(
                paths[0], f"{sheet.where(i)}: {name!r} is {label!r} here and {labels.of[paths[0]]!r} before"
            )
        for path in paths:
            labels.of.setdefault(path, label)
            if group:
                labels.groups[path] = sheet.columns[group][i]
            if split:
                labels.splits[path] = split_word(split, sheet.columns[split][i])
    _leave_out_torn(labels, torn, len(cells), params)
    if found.missing:
        names = _list(found.missing)
        labels.notes.append(
            f"{len(found.missing):,} ids of {sheet.name} are no training images: left out ({names})"
        )
    if untold:
        text = f"{cells.count(''):,} images of {sheet.name} have no label"
        labels.notes.append(f"{text}: they are the test, as nothing else tells it")
    if unnamed:
        labels.notes.append(
            f"{len(unnamed):,} images of {sheet.name} have no label: unlabelled ({_list(unnamed)})"
        )
    return labels


def _rows_of(sheet: Sheet, ids: str, found: Match, column: str) -> dict[str, str]:
    """image path -> the row that it belongs to, by the column that the submission's rows are named by."""
    if not column:
        return {}
    name = next((name for name in sheet.header if name.casefold() == column.casefold()), ids)
    return {
        path: row
        for image, row in zip(sheet.columns[ids], sheet.columns[name], strict=True)
        for path in found.paths(image)
    }


def _leave_out_torn(
    labels: ShippedLabels, torn: dict[str, str], rows: int, params: CompetitionParams
) -> None:
    """Images that have two labels: left out where they are few, else UserError."""
    if not torn:
        return
    first = next(iter(torn.values()))
    if not _may_miss(len(torn), rows, params):
        raise UserError(
            f"{first}: {len(torn):,} images stand under several labels; where all of them count, set "
            "competition.task: multi; where one is wrong, competition.on_missing: skip leaves them out."
        )
    for path in torn:
        del labels.of[path]
    labels.notes.append(
        f"{len(torn):,} images have two labels and are left out: {first} (competition.task: multi takes all)"
    )


def _may_miss(missing: int, rows: int, params: CompetitionParams) -> bool:
    """Whether so many rows of a table may go without an image or a label."""
    return params.on_missing == "skip" or (params.on_missing == "few" and missing <= FEW * rows)


def _list(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if names[SHOWN:] else "")


def _refuse_missing(
    sheet: Sheet, ids: str, found: Match, others: ImageIndex, params: CompetitionParams
) -> None:
    """Raises UserError for ids that fit several images, or none of any role."""
    if found.ambiguous:
        name, paths = next(iter(found.ambiguous.items()))
        raise UserError(
            f"{sheet.where(sheet.columns[ids].index(name))}: {name!r} fits {len(paths)} images "
            f"({', '.join(paths[:SHOWN])}): {which(paths, 'train')}."
        )
    missing = match(found.missing, others).missing if found.missing else []
    if missing and not _may_miss(len(missing), len(set(sheet.columns[ids])), params):
        raise UserError(
            f"{sheet.where(sheet.columns[ids].index(missing[0]))}: no image {missing[0]!r} in the download "
            f"({len(missing):,} of {len(set(sheet.columns[ids])):,} are missing{hint(missing[0])}); "
            "competition.on_missing: skip leaves such rows out."
        )


def without_boxes(found: list[ShippedLabels], sheets: list[Sheet]) -> list[ShippedLabels]:
    """Of the labels of several tables those of no boxes of a part of the others' images."""
    boxed = {sheet.name for sheet in sheets if holds_boxes(sheet)}
    return [
        one
        for one in found
        if one.source not in boxed or not any(one.of.keys() < other.of.keys() for other in found)
    ]


def _names_beside(sheet: Sheet, column: str) -> dict[int, str]:
    """Where labels are integers or names, and another column has the other for each: integer -> name."""
    whole = None not in [integer(cell) for cell in sheet.columns[column]]
    for other in sheet.header:
        if other == column or not (NAMED if whole else NUMBERED).search(other):
            continue
        pairs = set(zip(sheet.columns[column], sheet.columns[other], strict=True))
        names = {integer(number): name for number, name in (pairs if whole else {(b, a) for a, b in pairs})}
        worded = all(name and integer(name) is None for name in names.values())
        if worded and None not in names and len(pairs) == len(names) == len(set(names.values())) > 1:
            return {number: name for number, name in names.items() if number is not None}
    return {}


def _group_column(sheet: Sheet, ids: str, column: str, named: str | None) -> str | None:
    """The column that params name, or the surest by its name; yes and no tell no groups."""
    if named is not None:
        if named not in sheet.columns:
            raise UserError(no_column("group_column", sheet, named))
        return named
    told = [name for name in sheet.header if name not in (ids, column) and is_group(name)]
    told = [name for name in told if any(truth(cell) not in ("0", "1") for cell in sheet.columns[name])]
    return min(told, key=group_rank, default=None)
