"""Which of a table's columns could be the label, by what the sample asks for, by name and by content."""

import re
from dataclasses import replace

from podium.competition.roles import file_role
from podium.competition.truths import truth
from podium.download.tables import Sheet
from podium.forms.classes import integer, is_number
from podium.foundation.errors import UserError

LABEL_WORDS = (
    "label", "labels", "class", "class_name", "classname", "category", "target", "breed", "species",
    "character", "digit", "diagnosis", "class_id", "classid", "category_id", "label_id", "label_name", "y",
    "name", "type", "level",
)  # fmt: skip
GROUP_WORDS = (  # the surest first: one patient is seen at one site, a site sees many patients
    "group", "patient", "subject", "individual", "person", "video", "sequence", "session", "site",
)  # fmt: skip
SURE_WORDS = {"label", "labels", "class", "classes", "target", "diagnosis", "species", "breed"}  # in a name
NO_LABELS = {"fold", "kfold", "width", "height", "channels", "index", "size"}  # what tables tell of images
FEWEST_CLASSES = 3  # columns of 0 and 1 of which each row has one: of two, one may say no to the other
FLAGS = {  # columns of yes and no that tell a subset -> (yes, no)
    "istest": ("test", "train"), "isvalid": ("validation", "train"), "isval": ("validation", "train"),
    "isvalidation": ("validation", "train"), "istrain": ("train", "test"),
}  # fmt: skip
MEANS = {"mean", "avg", "average", "median", "value", "target", "true"}  # beside a spread, of each number
SPLIT_WORDS = {"split", "subset", "set", "dataset", "usage", "partition"}


class Undecided(UserError):
    """Several columns could be the label: an error only where no other table is surer."""


def label_column(
    sheet: Sheet, rest: list[str], named: str | None, wanted: dict[str, list[str]], known: set[str]
) -> tuple[str, int]:
    """(column, how sure): as params say, as the sample has it, by its name, or the only one left."""
    if named is not None:
        if named not in sheet.columns:
            raise UserError(no_column("label_column", sheet, named))
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
    named_so = [name for name in usable if SURE_WORDS & words_in(name)]
    if len(named_so) == 1:
        return named_so[0], 2
    numbers = [] if wanted else [name for name in rest if name not in usable and _is_measure(sheet, name)]
    if len(usable) > 1 or (usable and numbers):
        _refuse_neither(sheet, [name for name in rest if name in wanted], len(wanted))
        raise Undecided(
            f"{sheet.name} has several columns that could be the label "
            f"({', '.join((usable + numbers)[:8])}): name one in competition.label_column."
        )
    return (usable[0], 1) if usable else ("", 0)


def _refuse_neither(sheet: Sheet, each: list[str], wanted: int) -> None:
    """Raises Undecided where a table has the sample's columns, and cells that say neither yes nor no."""
    if len(each) == wanted > 1:
        odd = next((cell for name in each for cell in sheet.columns[name] if truth(cell) not in "01"), "")
        raise Undecided(
            f"{sheet.name} has a column for each of the sample's ({', '.join(each[:8])}), but {odd!r} there "
            "says neither yes nor no: write 1 and 0."
        )


def one_hot(sheet: Sheet, rest: list[str], wanted: list[str]) -> list[str]:
    """The columns of 0 and 1, one a class, where the table has them; the sample's where it has those."""
    named = [name for name in rest if name in wanted]
    if len(wanted) == 1 and {name.casefold() for name in rest} & {name.casefold() for name in wanted}:
        return []
    if len(wanted) > 1 and len(named) == len(wanted):
        return (
            named if all(truth(cell) in ("0", "1") for name in named for cell in sheet.columns[name]) else []
        )
    hot = [name for name in rest if {truth(cell) for cell in sheet.columns[name]} == {"0", "1"}]
    usual = any(name.lower() in LABEL_WORDS for name in rest)
    return [] if len(hot) < 2 or usual or len(hot) * 2 <= len(rest) else _one_each(sheet, hot)


def _one_each(sheet: Sheet, hot: list[str]) -> list[str]:
    """Of these columns the neighbours of which each row has one that is 1: sex beside classes is none.

    All of them where no such neighbours stand out, or two sets of them do.
    """
    ones = [[truth(cell) == "1" for cell in sheet.columns[name]] for name in hot]
    rows = len(sheet.lines)
    found: list[list[str]] = []
    for first in range(len(hot)):
        counts = [0] * rows
        for last in range(first, len(hot)):
            counts = [count + one for count, one in zip(counts, ones[last], strict=True)]
            if max(counts) > 1:
                break
            if sum(counts) == rows and last - first + 1 >= FEWEST_CLASSES:
                found.append(hot[first : last + 1])
                break
    return found[0] if len(found) == 1 else hot


def number_columns(sheet: Sheet, rest: list[str], wanted: list[str]) -> list[str]:
    """The columns of numbers that the sample asks for, where one holds other numbers than 0 and 1."""
    named = [name for name in rest if name in wanted]
    if len(wanted) < 2 or len(named) != len(wanted):
        return []
    cells = {cell for name in named for cell in sheet.columns[name] if cell}
    return named if all(map(is_number, cells)) and {truth(cell) for cell in cells} - {"0", "1"} else []


def as_asked(sheet: Sheet, wanted: list[str]) -> Sheet:
    """The table with the sample's names for its columns, where each has one ending more: X4_mean for X4.

    Of several endings the one of a mean is taken; else the table stays as it is.
    """
    if len(wanted) < 2 or not set(wanted).isdisjoint(sheet.header):
        return sheet
    more = [name[len(wanted[0]) :] for name in sheet.header if name.startswith(wanted[0])]
    whole = [end for end in more if not end[0].isalnum() and {one + end for one in wanted} <= {*sheet.header}]
    means = whole if len(whole) == 1 else [end for end in whole if words_in(end) & MEANS]
    if len(means) != 1:
        return sheet
    own = {one + means[0]: one for one in wanted}
    return replace(sheet, columns={own.get(name, name): cells for name, cells in sheet.columns.items()})


def is_group(name: str) -> bool:
    """Whether a column's name is one of patients, videos, sessions and their like."""
    return group_rank(name) < len(GROUP_WORDS)


def group_rank(name: str) -> int:
    """How sure a column's name is one of groups, 0 the surest; their number where it is none."""
    words = {word.removesuffix("id") or word for word in words_in(name)}
    return next((rank for rank, word in enumerate(GROUP_WORDS) if word in words), len(GROUP_WORDS))


def words_in(name: str) -> set[str]:
    """The words of a column's name in small letters: PatientID is patient and id."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def is_split(name: str) -> bool:
    """Whether a column's name is one of a split into train, validation and test."""
    return _joined(name) in SPLIT_WORDS or _joined(name) in FLAGS


def split_word(name: str, cell: str) -> str:
    """What a cell of such a column says: its own word, or the subset that yes or no stands for."""
    flag = FLAGS.get(_joined(name))
    return cell if flag is None or truth(cell) not in ("0", "1") else flag[truth(cell) == "0"]


def _joined(name: str) -> str:
    return re.sub(r"[ _]", "", name.lower())


def split_column(sheet: Sheet) -> str | None:
    """The column that says of each image whether it is for training, validation or the test."""
    for name in sheet.header:
        words = {split_word(name, cell) for cell in sheet.columns[name]} if is_split(name) else set()
        if {file_role(f"{word}.csv") for word in words} >= {"train"}:
            return name
    return None


def _could_be_label(sheet: Sheet, name: str) -> bool:
    """Whether a column repeats its values, as labels do."""
    cells = sheet.columns[name]
    distinct = len(set(cells))
    usual = name.lower().replace(" ", "_") in LABEL_WORDS and distinct >= 1
    return usual or (distinct >= 2 and (distinct <= len(cells) / 2 or len(cells) <= 50))


def _is_measure(sheet: Sheet, name: str) -> bool:
    """Whether a column holds numbers, most of them different, and is none of those known: an age."""
    known = is_group(name) or is_split(name) or name.lower() in NO_LABELS or "id" in words_in(name)
    return not known and all(map(is_number, sheet.columns[name]))


def _word_among(names: list[str]) -> bool:
    return any(name.lower().replace(" ", "_") in LABEL_WORDS for name in names)


def shown_words(wanted: dict[str, list[str]]) -> set[str]:
    """The sample's own words for classes: its columns, or its cells and the words in them."""
    if len(wanted) != 1:
        return set(wanted)
    cells = {cell for cells in wanted.values() for cell in cells}
    return cells | {word for cell in cells for word in cell.split()}


def no_column(key: str, sheet: Sheet, named: str) -> str:
    """The sentence where params name a column that the table has not."""
    return f"competition.{key}: {sheet.name} has no column {named!r}; it has {', '.join(sheet.header)}."
