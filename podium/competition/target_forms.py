"""The form of a submission of label sets or numbers, as the sample's columns and cells show it."""

from podium.competition.classes import Classes, integer
from podium.competition.forms import FormFound
from podium.competition.id_columns import value_columns
from podium.competition.labels import Labels
from podium.competition.spellings import columns_to_classes, values_like
from podium.competition.targets import MARKS, mark_between
from podium.competition.tasks import is_number
from podium.contracts.competition import Finding
from podium.contracts.forms import Form
from podium.download.tables import Sheet
from podium.foundation.errors import UserError
from podium.metrics.sets import SETS
from podium.tasks.answers import NONE

FORMS: dict[str, tuple[Form, ...]] = {"multi": ("sets", "flags", "chances"), "number": ("numbers",)}


def target_form(
    sheet: Sheet, id_column: str, classes: Classes, labels: Labels, named: Form | None, metric: str | None
) -> FormFound:
    """The form that the sample shows. Raises UserError where its columns fit none of the task's forms."""
    if named is not None and named not in FORMS[labels.task]:
        raise UserError(
            f"competition.form: {named} is for one class an image, the labels are {classes.why}: choose "
            f"{' or '.join(FORMS[labels.task])}, or leave it out."
        )
    columns = value_columns(sheet, id_column)
    if not columns:
        raise UserError(f"{sheet.name} has one column only ({id_column}): a sample has an id and a value.")
    if labels.task == "number":
        return _numbers(sheet, columns, classes)
    cells = [cell for cell in sheet.columns[columns[0]] if cell]
    wordy = not cells or not all(map(is_number, cells))
    if named == "sets" or (named is None and len(columns) == 1 and wordy):
        return _sets(sheet, columns, classes, labels)
    if (
        len(columns) == 1 and len(classes.names) > 1 and named is None
    ):  # one column has room for no other form
        return _sets(sheet, columns, classes, labels)
    return _columns(sheet, columns, classes, named, metric)


def _numbers(sheet: Sheet, columns: list[str], classes: Classes) -> FormFound:
    if len(columns) == len(classes.names) == 1:
        at, why = [0], "one column"
    else:
        at, why = columns_to_classes(sheet, columns, classes)
    found = f"a number in {', '.join(columns[:4])}" + (" ..." if columns[4:] else "")
    return FormFound("numbers", columns, [], at, 1, [Finding(what="form", found=found, why=why)])


def _sets(sheet: Sheet, columns: list[str], classes: Classes, labels: Labels) -> FormFound:
    cells = sheet.columns[columns[0]]
    mark = mark_between([cell for cell in cells if cell]) or next(
        (mark for mark in MARKS if any(mark in cell for cell in cells)), labels.mark
    )
    words = [word.strip() for cell in cells for word in cell.split(mark) if word.strip()]
    values = values_like(words, classes)
    strange = sorted(set(words) - set(values))
    if strange and set(words) & set(values):
        raise UserError(f"{sheet.name} shows the label {strange[0]!r}, which no training image has.")
    found = FormFound("sets", columns, values, [], 1, [])
    found.separator = mark
    found.may_be_empty = "" in cells or NONE in labels.classes()
    empty = "a cell may be empty" if found.may_be_empty else "no cell is empty: the likeliest label at least"
    found.findings.append(Finding(what="form", found=f"labels in a cell, {mark!r} between them", why=empty))
    return found


def _columns(
    sheet: Sheet, columns: list[str], classes: Classes, named: Form | None, metric: str | None
) -> FormFound:
    at, why = columns_to_classes(sheet, columns, classes)
    cells = {cell for name in columns for cell in sheet.columns[name] if cell}
    whole = all(integer(cell) in (0, 1) and "." not in cell for cell in cells)
    decided = metric in SETS and SETS[metric].wants == "labels"
    form = named or ("flags" if decided and whole else "chances")
    text = "0 or 1" if form == "flags" else "a probability"
    finding = Finding(what="form", found=f"{text} in each of {len(columns)} label columns", why=why)
    return FormFound(form, columns, [], at, 1, [finding])
