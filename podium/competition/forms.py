"""The form of a submission's values, as the sample's columns and cells show it."""

import re
from dataclasses import dataclass

from podium.competition.classes import Classes, integer
from podium.competition.id_columns import value_columns
from podium.competition.spellings import columns_to_classes, integers_like, plain_of, values_like, words_of
from podium.competition.tasks import is_number
from podium.contracts.competition import Finding
from podium.contracts.forms import Form
from podium.download.tables import Sheet
from podium.foundation.errors import UserError
from podium.metrics.registry import METRICS

NEGATIVE = re.compile(
    r"(normal|healthy|benign|negative|neg|none|background|uninfected|clean|cover|control|false|0)$|(no|not|non|without)($|[\W_])",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(  # what organisers write where a label will stand
    r"(unknown|none|null|nan?|n/a|label|class|category|target|prediction|answer|todo|string|name|dummy|your|xx*|\W*)"
    r"[\W_]*(\w{0,2}|here|name|label|class)",
    re.IGNORECASE,
)
POSITIVE = ("1", "true", "yes", "positive", "pos")


@dataclass
class FormFound:
    """The form of the submission's values."""

    form: Form
    columns: list[str]
    values: list[str]
    column_classes: list[int]
    top_k: int
    findings: list[Finding]
    separator: str = " "
    may_be_empty: bool = False


def form_of(
    sheet: Sheet, id_column: str, classes: Classes, named: Form | None, metric: str | None
) -> FormFound:
    """The form that the sample's columns and cells show. Raises UserError where they fit no form."""
    columns = value_columns(sheet, id_column)
    if not columns:
        raise UserError(f"{sheet.name} has one column only ({id_column}): a sample has an id and a value.")
    if named in ("label", "integer", "binary", "top_k") and len(columns) > 1:
        raise UserError(f"competition.form: {named} needs one value column, {sheet.name} has {len(columns)}.")
    if len(columns) > 1:
        return _probabilities(sheet, columns, classes)
    cells = [cell for cell in sheet.columns[columns[0]] if cell]
    form = named or _form_of_cells(cells, classes, metric)
    found = FormFound(form, columns, classes.names, [], 1, [])
    if form == "binary":
        _binary(found, sheet, columns[0], classes)
    elif form == "integer":
        _integers(found, sheet, cells, classes)
    elif form == "top_k":
        found.top_k = max((len(cell.split()) for cell in cells), default=1)
        found.values = values_like(cells, classes)
        found.findings.append(_finding(f"top {found.top_k} labels, space-separated", f"as in {sheet.name}"))
        strange = sorted({word for cell in cells for word in cell.split()} - set(found.values))
        if strange:
            text = f"{sheet.name} shows {_list(strange)}, which no training image has"
            found.findings.append(_finding(text, "it is never submitted", warning=True))
    elif form == "probabilities":
        raise UserError(
            f"competition.form: probabilities need a column a class, {sheet.name} has {columns[0]} alone."
        )
    else:
        _labels(found, sheet, cells, classes)
    return found


def _form_of_cells(cells: list[str], classes: Classes, metric: str | None) -> Form:
    distinct = set(cells)
    known = set(classes.names) | set(classes.of) | {str(value) for value in classes.integers or []}
    known |= {name.replace(" ", "_") for name in classes.names}
    if any(len(cell.split()) > 1 and cell not in known for cell in distinct) and all(
        cell in known or any(word in known for word in cell.split()) for cell in distinct
    ):
        return "top_k"
    if distinct and all(is_number(cell) for cell in distinct):
        fractions = any(integer(cell) is None for cell in distinct)
        floats = any("." in cell for cell in distinct)
        if len(classes.names) == 2 and (fractions or floats or takes_chances(metric)):
            return "binary"
        if len(classes.names) == 2 and metric is None:
            _refuse_placeholder(distinct, classes)
        if fractions and not distinct & known:
            raise UserError(
                f"the sample's values ({', '.join(sorted(distinct)[:3])}) are probabilities in one column, "
                f"but there are {len(classes.names)} classes: name the form in competition.form."
            )
        return "integer"
    return "label"


def takes_chances(metric: str | None) -> bool:
    """Whether a metric judges probabilities or ranks, to which a decision alone would be a loss."""
    return metric in METRICS and METRICS[metric].wants != "labels"


def _refuse_placeholder(distinct: set[str], classes: Classes) -> None:
    """Raises UserError where nothing but one 0, or one 1, says whether classes or probabilities are meant."""
    if distinct in ({"0"}, {"1"}) and {integer(label) for label in classes.of} == {0, 1}:
        raise UserError(
            f"the sample shows {min(distinct)} in every row, which may be a class or a probability, and "
            "nothing names the metric: set competition.metric, or competition.form: integer for 0 and 1, "
            "binary for probabilities, as AUC and log loss take them (under AUC 0 and 1 cost much)."
        )


def _probabilities(sheet: Sheet, columns: list[str], classes: Classes) -> FormFound:
    at, why = columns_to_classes(sheet, columns, classes)
    found = FormFound(
        "probabilities",
        columns,
        [],
        at,
        1,
        [_finding(f"{len(columns)} probability columns", why, warning=why.startswith("assumed"))],
    )
    left = [name for i, name in enumerate(classes.names) if i not in set(at)]
    if left:
        text = f"{sheet.name} has no column for {', '.join(left[:5])}" + (" ..." if len(left) > 5 else "")
        found.findings.append(Finding(what="form", found=text, why="they cannot be submitted", warning=True))
    return found


def _binary(found: FormFound, sheet: Sheet, column: str, classes: Classes) -> None:
    if len(classes.names) != 2:
        raise UserError(f"competition.form: binary needs two classes, the labels have {len(classes.names)}.")
    plain = [plain_of(name) for name in classes.names]
    named = [
        i for i, name in enumerate(classes.names) if words_of(name) and words_of(name) in words_of(column)
    ]
    positive = named[0] if len(named) == 1 else None
    why = f"the column is named {column}"
    if positive is None and classes.integers == [0, 1]:
        positive, why = 1, "its label is 1" if classes.why != "sorted by name" else "assumed"
    if positive is None:
        told = [i for i, name in enumerate(plain) if name in POSITIVE]
        nots = [i for i, name in enumerate(classes.names) if NEGATIVE.match(name)]
        if len(told) == 1:
            positive, why = told[0], "by its name"
        elif len(nots) == 1:
            positive, why = 1 - nots[0], f"assumed: the other is {classes.names[nots[0]]}"
        else:
            positive, why = 1, "assumed: the second in the alphabet"
    found.values, found.column_classes = [], [positive]
    text = f"one probability, of {classes.names[positive]}"
    found.findings.append(_finding(text, why, warning=why.startswith("assumed")))


def _integers(found: FormFound, sheet: Sheet, cells: list[str], classes: Classes) -> None:
    if classes.integers is None:
        _counted(found, sheet, cells, classes)
        return
    shown = set(cells)
    found.values = integers_like(shown, classes.integers, classes)
    found.findings.append(_finding("an integer a class", classes.why))
    strange = sorted(shown - set(found.values))
    if strange:
        text = f"{sheet.name} shows {strange[0]!r}, which no training image has"
        found.findings.append(Finding(what="form", found=text, why="it is never submitted", warning=True))
    if len(classes.names) == 2:
        why = "assumed: competition.form: binary where the metric takes probabilities, as AUC does"
        found.findings.append(_finding("integers, no probabilities", why, warning=True))


def _counted(found: FormFound, sheet: Sheet, cells: list[str], classes: Classes) -> None:
    """Integers that nothing explains: the classes as sorted, from 0, or from 1 where the sample shows k."""
    k = len(classes.names)
    shown = {number for cell in cells if (number := integer(cell)) is not None}
    start = int(bool(shown) and min(shown) >= 1 and max(shown) == k)
    strange = [cell for cell in cells if integer(cell) not in range(start, start + k)]
    if strange:
        raise UserError(
            f"{sheet.name} shows the class {strange[0]}, but there are {k} classes "
            f"({_list(classes.names)}) and nothing says which integer is which: add a table of integers and "
            "class names to the folder that competition.path names."
        )
    found.values = integers_like(set(cells), list(range(start, start + k)), classes)
    text = ", ".join(f"{i} = {name}" for i, name in enumerate(classes.names[:4], start))
    why = (
        f"assumed: {sheet.name} has integers and nothing says which, so classes count from {start} as sorted"
    )
    found.findings.append(_finding(f"an integer a class: {text}", why, warning=True))


def _labels(found: FormFound, sheet: Sheet, cells: list[str], classes: Classes) -> None:
    found.values = values_like(cells, classes)
    strange = sorted(set(cells) - set(found.values))
    if cells and not strange and found.values not in (classes.names, list(classes.of)):
        text = ", ".join(found.values[:4])
        found.findings.append(
            _finding(f"classes are written as {text}", "assumed: as the sample spells some", True)
        )
    words = {word for name in (*found.values, *classes.of) for word in name.split()}
    for cell in strange:
        known = sum(word in words for word in cell.split())
        if known > 1 and known * 2 > len(cell.split()):
            raise UserError(
                f"{sheet.name} shows {cell!r}, which is no class but the words of several: Podium takes one "
                "label an image, or several in order of likelihood where no class's name has a blank."
            )
    if strange and len(strange) == len(set(cells)):
        noun, one = ("label", "it") if len(strange) == 1 else ("labels", "any of them")
        if not any(map(PLACEHOLDER.fullmatch, strange)):
            raise UserError(
                f"{sheet.name} shows the {noun} {_list(strange)}, and no training image has {one} "
                f"({_list(classes.names)} are the classes): name the labels' table or column in "
                "competition.labels or competition.label_column, or the right file in competition.sample."
            )
        why = f"assumed: {sheet.name} shows {strange[0]!r}, which is no class"
        found.findings.append(_finding("the class's name", why, warning=True))
    elif strange:
        raise UserError(f"{sheet.name} shows the label {strange[0]!r}, which no training image has.")
    else:
        found.findings.append(_finding("the class's name", f"as in {sheet.name}"))


def _finding(found: str, why: str, warning: bool = False) -> Finding:
    return Finding(what="form", found=found, why=why, warning=warning)


def _list(names: list[str]) -> str:
    return ", ".join(names[:4]) + (" ..." if len(names) > 4 else "")
