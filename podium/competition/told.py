"""What a table tells of its images: one class each, label sets or numbers, and where that stands."""

from dataclasses import dataclass, field

from podium.competition.label_columns import Undecided, label_column, number_columns, one_hot
from podium.competition.params import CompetitionParams
from podium.competition.roles import file_role
from podium.competition.targets import (
    blank_rows,
    by_image,
    hot_answers,
    number_answers,
    shows_several,
    split_cells,
)
from podium.competition.tasks import is_measured, refuse_runs
from podium.competition.truths import truth
from podium.download.tables import Sheet
from podium.forms.marks import mark_between
from podium.foundation.errors import UserError
from podium.tasks.answers import SEPARATOR
from podium.tasks.task import Name

SHOWN = 3  # names in a sentence
BY_COLUMNS, BY_SAMPLE = 3, 4  # how sure columns are: by what they hold, and as the sample names every one


@dataclass(frozen=True)
class TableLabels:
    """What a table says: each row's label as text, where it stands, how sure that is, and of which task."""

    cells: list[str]
    column: str
    strength: int
    task: Name = "single"
    columns: list[str] = field(default_factory=list)
    mark: str = " "


def tell(
    sheet: Sheet,
    ids: str,
    rest: list[str],
    params: CompetitionParams,
    wanted: dict[str, list[str]],
    known: set[str],
) -> TableLabels | None:
    """The table's labels: columns of 0 and 1 or of numbers, or one column; None where none could be it."""
    if params.label_column is None:
        sure = BY_SAMPLE if len(wanted) > 1 and set(wanted) <= set(rest) else BY_COLUMNS
        numbers = number_columns(sheet, rest, list(wanted))
        if numbers:
            return TableLabels(number_answers(sheet, numbers), _span(numbers), sure, "number", numbers)
        hot = one_hot(sheet, rest, list(wanted))
        if hot:
            answers = hot_answers(sheet, hot)
            several = [i for i, answer in enumerate(answers) if SEPARATOR in answer]
            if several and params.task == "single":
                raise UserError(
                    f"{sheet.where(several[0])}: several of the columns {_span(hot)} are 1, and "
                    "competition.task is single: set it to multi, or take it out."
                )
            if several or params.task == "multi":
                return TableLabels(answers, _span(hot), sure, "multi", hot)
            return TableLabels(_hot_labels(sheet, hot), _span(hot), sure)
    try:
        column, strength = label_column(sheet, rest, params.label_column, wanted, known)
    except Undecided:
        for name in rest:
            refuse_runs(sheet, name)
        raise
    if not column:
        return None
    return _of_column(sheet, ids, column, strength, wanted, params.task)


def _of_column(
    sheet: Sheet, ids: str, column: str, strength: int, wanted: dict[str, list[str]], task: Name | None
) -> TableLabels:
    """The labels of one column: words or numbers, one or several; task: as params say."""
    cells = sheet.columns[column]
    refuse_runs(sheet, column)
    sure = strength > 1 or file_role(sheet.name) == "train"
    if task == "single":
        return TableLabels(cells, column, strength)
    mark = mark_between(cells)
    if mark:
        refuse_unsure(sure, sheet, column, f"several labels a cell, split at {mark!r}")
        answers, names = split_cells(cells, mark, _may_have_none(wanted))
        return TableLabels(answers, column, strength, "multi", names, mark)
    if task is None and is_measured(cells, wanted):
        refuse_unsure(sure, sheet, column, "a measured number")
        return TableLabels(number_answers(sheet, [column]), column, strength, "number", [column])
    told = task == "multi" or shows_several(wanted, cells)
    answers, names = by_image(sheet.columns[ids], cells, told) if sure or told else ([], [])
    if answers:
        return TableLabels(answers, column, strength, "multi", names)
    return TableLabels(cells, column, strength)


def _may_have_none(wanted: dict[str, list[str]]) -> bool:
    """Whether by the sample an image may have no label: a column a label, or empty cells among others."""
    cells = {bool(cell) for cells in wanted.values() for cell in cells}
    return len(wanted) > 1 or len(cells) > 1


def refuse_unsure(sure: bool, sheet: Sheet, column: str, found: str) -> None:
    """Raises Undecided where nothing but its content tells that a column is the label."""
    if not sure:
        raise Undecided(
            f"{sheet.name}: {column} holds {found}, and nothing says that it is the label: name the label's "
            "column in competition.label_column."
        )


def _span(names: list[str]) -> str:
    return f"{len(names)} columns {names[0]} .. {names[-1]}"


def _hot_labels(sheet: Sheet, hot: list[str]) -> list[str]:
    shown = ", ".join(hot[:SHOWN]) + (" ..." if len(hot) > SHOWN else "")
    cells: list[str] = []
    blank = blank_rows(sheet, hot)
    for i, row in enumerate(zip(*(sheet.columns[name] for name in hot), strict=True)):
        if i in blank:
            cells.append("")
            continue
        ones = [name for name, cell in zip(hot, row, strict=True) if truth(cell) == "1"]
        if not ones:
            raise UserError(f"{sheet.where(i)}: none of the columns {shown} is 1: an image has one label.")
        cells.append(ones[0])
    return cells
