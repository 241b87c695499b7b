"""Labels from a table: which column names the images, which the labels; one label an image or a refusal."""

import re

from podium.competition.classes import integer
from podium.competition.id_columns import counts_rows
from podium.competition.labels import SHOWN, Labels
from podium.competition.matching import ImageIndex, Match, match
from podium.competition.params import CompetitionParams
from podium.competition.roles import file_role
from podium.competition.tasks import refuse_measured, refuse_numbers_a_class, refuse_several
from podium.competition.truths import truth
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

LABEL_WORDS = (
    "label", "labels", "class", "class_name", "classname", "category", "target", "breed", "species",
    "character", "digit", "diagnosis", "class_id", "classid", "category_id", "label_id", "label_name", "y",
    "name", "type", "level",
)  # fmt: skip
NAMED = re.compile("name|label|class|breed|species", re.IGNORECASE)
NUMBERED = re.compile(r"(^|[\W_])(id|idx|index|code|num|number|label|class|target)$|[a-z](Id|ID|Idx|Code)$")
GROUP_WORDS = {"patient", "group", "video", "session", "subject", "sequence", "site", "individual", "person"}
NO_LABELS = {"fold", "kfold", "width", "height", "channels", "index", "size"}  # what tables tell of images
FEW = 0.01  # of a table's rows may lack their image or label where on_missing is few
SPLIT_WORDS = {"split", "subset", "set", "dataset", "usage", "partition"}


class Undecided(UserError):
    """Several columns could be the label: an error only where no other table is surer."""


def from_table(
    sheet: Sheet,
    pool: ImageIndex,
    others: ImageIndex,
    ids: str,
    params: CompetitionParams,
    wanted: dict[str, list[str]],
    known: set[str],
) -> Labels | None:
    """Labels of the pool's images from column `ids` and the label's; None where no column could be the label.

    others: images of other roles, whose rows are no mistake.
    wanted: the sample's columns after its id, which often name the label's column or the classes.
    known: the names of class folders.
    """
    rest = [name for name in sheet.header if name != ids and not counts_rows(sheet, name)]
    hot = one_hot(sheet, rest, list(wanted)) if params.label_column is None else []
    if hot:
        cells, column, strength = _hot_labels(sheet, hot), f"{len(hot)} columns {hot[0]} .. {hot[-1]}", 3
    else:
        column, strength = label_column(sheet, rest, params.label_column, wanted, known)
        if not column:
            return None
        cells = sheet.columns[column]
        sure = strength > 1 or file_role(sheet.name) == "train"
        refuse_several(sheet, column, cells, UserError if sure else Undecided)
        refuse_measured(sheet, column, cells, wanted, UserError if sure else Undecided)
    found = match(sheet.columns[ids], pool)
    _refuse_missing(sheet, ids, found, others, params)
    labels = _collect(sheet, ids, column, cells, found, params)
    labels.strength, labels.rows = strength, len(set(sheet.columns[ids]))
    if not hot:
        labels.names = _names_beside(sheet, column)
    return labels


def label_column(
    sheet: Sheet, rest: list[str], named: str | None, wanted: dict[str, list[str]], known: set[str]
) -> tuple[str, int]:
    """(column, how sure): as params say, as the sample has it, by its name, or the only one left."""
    if named is not None:
        if named not in sheet.columns:
            raise UserError(_no_column("label_column", sheet, named))
        return named, 3
    asked = {name.casefold() for name in wanted} if len(wanted) == 1 else set()
    for name in rest:
        if name.casefold() in asked:
            return name, 3
    usable = [name for name in rest if _could_be_label(sheet, name)]
    shown = shown_words(wanted)
    fits = [name for name in usable if shown and set(sheet.columns[name]) & shown]
    told = [name for name in usable if known and set(sheet.columns[name]) <= known]
    if (len(wanted) > 1 and fits) or told:
        return (told or fits)[0], 3
    worded = not all(integer(value) is not None for value in shown)
    spelled = fits[0] if len(fits) == 1 and worded and not _word_among(fits) else ""
    for word in LABEL_WORDS:
        hits = [name for name in usable if name.lower().replace(" ", "_") == word]
        if hits and (not set(hits).isdisjoint(fits) or not _word_among(fits)) and not spelled:
            return hits[0], 2
    if spelled:
        return spelled, 2
    usable = [name for name in usable if not (is_group(name) or is_split(name) or name.lower() in NO_LABELS)]
    if len(usable) > 1:
        raise Undecided(
            f"{sheet.name} has several columns that could be the label ({', '.join(usable[:8])}): "
            "name one in competition.label_column."
        )
    return (usable[0], 1) if usable else ("", 0)


def one_hot(sheet: Sheet, rest: list[str], wanted: list[str]) -> list[str]:
    """The columns of 0 and 1, one a class, where the table has them; the sample's where it has those."""
    named = [name for name in rest if name in wanted]
    if len(wanted) == 1 and {name.casefold() for name in rest} & {name.casefold() for name in wanted}:
        return []
    if len(wanted) > 1 and len(named) == len(wanted):
        refuse_numbers_a_class(sheet, named)
        return (
            named if all(truth(cell) in ("0", "1") for name in named for cell in sheet.columns[name]) else []
        )
    hot = [name for name in rest if {truth(cell) for cell in sheet.columns[name]} == {"0", "1"}]
    usual = any(name.lower() in LABEL_WORDS for name in rest)
    return [] if len(hot) < 2 or usual or len(hot) * 2 <= len(rest) else hot


def is_group(name: str) -> bool:
    """Whether a column's name is one of patients, videos, sessions and their like."""
    return bool(GROUP_WORDS & set(re.findall(r"[a-z]+", name.lower())))


def is_split(name: str) -> bool:
    """Whether a column's name is one of a split into train, validation and test."""
    return re.sub(r"[ _]", "", name.lower()) in SPLIT_WORDS


def split_column(sheet: Sheet) -> str | None:
    """The column that says of each image whether it is for training, validation or the test."""
    for name in sheet.header:
        if is_split(name) and {file_role(f"{cell}.csv") for cell in sheet.columns[name]} >= {"train"}:
            return name
    return None


def _collect(
    sheet: Sheet, ids: str, column: str, cells: list[str], found: Match, params: CompetitionParams
) -> Labels:
    group = _group_column(sheet, ids, column, params.group_column)
    split = split_column(sheet)
    text = f"{sheet.name}, columns {ids} -> image, {column} -> label" + (
        f", {group} -> group" if group else ""
    )
    labels = Labels(sheet.name, text, {}, id_column=ids, label_column=column, id_forms=found.forms)
    unnamed: list[str] = []
    torn: dict[str, str] = {}
    for i, (name, label) in enumerate(zip(sheet.columns[ids], cells, strict=True)):
        path = found.found.get(name)
        if path is None:
            continue
        if not label:
            empty = cells.count("")
            if not _may_miss(empty, len(cells), params):
                raise UserError(
                    f"{sheet.where(i)}: {column} of {name!r} is empty ({empty:,} of {len(cells):,} are); "
                    "competition.on_missing: skip leaves such rows out."
                )
            unnamed.append(name)
            continue
        if labels.of.setdefault(path, label) != label:
            torn.setdefault(
                path, f"{sheet.where(i)}: {name!r} is {label!r} here and {labels.of[path]!r} before"
            )
        if group:
            labels.groups[path] = sheet.columns[group][i]
        if split:
            labels.splits[path] = sheet.columns[split][i]
    _leave_out_torn(labels, torn, len(cells), params)
    if found.missing:
        names = _list(found.missing)
        labels.notes.append(
            f"{len(found.missing):,} ids of {sheet.name} are no training images: left out ({names})"
        )
    if unnamed:
        labels.notes.append(
            f"{len(unnamed):,} images of {sheet.name} have no label: unlabelled ({_list(unnamed)})"
        )
    return labels


def _leave_out_torn(labels: Labels, torn: dict[str, str], rows: int, params: CompetitionParams) -> None:
    """Images that have two labels: left out where they are few, else UserError."""
    if not torn:
        return
    first = next(iter(torn.values()))
    if not _may_miss(len(torn), rows, params):
        raise UserError(
            f"{first}: an image has one label (a multi-label competition is not taken); {len(torn):,} images "
            "have two, which competition.on_missing: skip leaves out."
        )
    for path in torn:
        del labels.of[path]
    labels.notes.append(f"{len(torn):,} images have two labels and are left out: {first}")


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
            f"({', '.join(paths[:SHOWN])}): name the folder in competition.train."
        )
    missing = match(found.missing, others).missing if found.missing else []
    if missing and not _may_miss(len(missing), len(set(sheet.columns[ids])), params):
        raise UserError(
            f"{sheet.where(sheet.columns[ids].index(missing[0]))}: no image {missing[0]!r} in the download "
            f"({len(missing):,} of {len(set(sheet.columns[ids])):,} are missing); competition.on_missing: "
            "skip leaves such rows out."
        )


def _hot_labels(sheet: Sheet, hot: list[str]) -> list[str]:
    shown = ", ".join(hot[:SHOWN]) + (" ..." if len(hot) > SHOWN else "")
    cells = []
    for i, row in enumerate(zip(*(sheet.columns[name] for name in hot), strict=True)):
        ones = [name for name, cell in zip(hot, row, strict=True) if truth(cell) == "1"]
        if len(ones) > 1:
            raise UserError(
                f"{sheet.where(i)}: {len(ones)} of the columns {shown} are 1: this is a multi-label "
                "competition, which Podium does not take."
            )
        if not ones:
            raise UserError(f"{sheet.where(i)}: none of the columns {shown} is 1: an image has one label.")
        cells.append(ones[0])
    return cells


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
    if named is not None:
        if named not in sheet.columns:
            raise UserError(_no_column("group_column", sheet, named))
        return named
    return next((name for name in sheet.header if name not in (ids, column) and is_group(name)), None)


def _could_be_label(sheet: Sheet, name: str) -> bool:
    """Whether a column repeats its values, as labels do."""
    cells = sheet.columns[name]
    distinct = len(set(cells))
    usual = name.lower().replace(" ", "_") in LABEL_WORDS and distinct >= 1
    return usual or (distinct >= 2 and (distinct <= len(cells) / 2 or len(cells) <= 50))


def _word_among(names: list[str]) -> bool:
    return any(name.lower().replace(" ", "_") in LABEL_WORDS for name in names)


def shown_words(wanted: dict[str, list[str]]) -> set[str]:
    """The sample's own words for classes: its columns, or its cells and the words in them."""
    if len(wanted) != 1:
        return set(wanted)
    cells = {cell for cells in wanted.values() for cell in cells}
    return cells | {word for cell in cells for word in cell.split()}


def _no_column(key: str, sheet: Sheet, named: str) -> str:
    return f"competition.{key}: {sheet.name} has no column {named!r}; it has {', '.join(sheet.header)}."
