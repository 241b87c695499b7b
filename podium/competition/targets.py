"""What a label is, beside one class of several: label sets, measured numbers, ordered grades."""

import re

from podium.competition.classes import order as in_order
from podium.competition.labels import ShippedLabels
from podium.competition.truths import truth
from podium.contracts.competition import Finding
from podium.download.tables import Sheet
from podium.forms.classes import Classes, is_number
from podium.forms.marks import MARKS
from podium.foundation.errors import UserError
from podium.metrics.names import canonical
from podium.metrics.numbers import NUMBERS
from podium.metrics.one_sided import ONE_SIDED
from podium.metrics.registry import FAMILIES, METRICS
from podium.tasks.answers import NONE, SEPARATOR, joined, measured
from podium.tasks.registry import load
from podium.tasks.task import Name

GRADED = re.compile(r"grade|level|stage|severity|degree|score|rating", re.IGNORECASE)
FEWEST_GRADES = 3  # of two there is no order
ROUNDED = 0.01  # by which shares of one may miss it in sum
SURE = 0.9  # a share that leaves no doubt
FIRST = 8  # classes in a sentence
TWO = 2  # classes, of which a metric may look for one
FEWEST = 3  # images under several labels, below which a table contradicts itself
SEVERAL = 0.1  # of a table's images under several labels, for each row to be one label of an image


def split_cells(cells: list[str], mark: str, none: bool = False) -> tuple[list[str], list[str]]:
    """(each cell's labels as an answer, all labels in order). An empty cell stays empty, or says `none`."""
    found = [[word.strip() for word in cell.split(mark) if word.strip()] for cell in cells]
    names = in_order({word for words in found for word in words})
    refuse_marked(names)
    return [joined(words, names) if words or none else "" for words in found], names


def by_image(ids: list[str], cells: list[str], told: bool) -> tuple[list[str], list[str]]:
    """(answers, labels in order) of a table with a row for every image and label; empty where it is none.

    told: whether params or the sample say so. Else it is one where a tenth of the images, and three, stand
    under several labels: fewer contradict themselves, and pairs that repeat are the votes of annotators.
    """
    given: dict[str, set[str]] = {}
    again = 0  # rows that say what a row before said: so do annotators, each with a row of their own
    for name, cell in zip(ids, cells, strict=True):
        if cell:
            again += cell in given.setdefault(name, set())
            given[name].add(cell)
    if not told and again > SEVERAL * len(cells):
        return [], []
    if not told and sum(len(labels) > 1 for labels in given.values()) < max(SEVERAL * len(given), FEWEST):
        return [], []
    names = in_order({label for labels in given.values() for label in labels})
    refuse_marked(names)
    return [joined(given[name], names) if name in given else "" for name in ids], names


def shows_several(wanted: dict[str, list[str]], cells: list[str]) -> bool:
    """Whether the sample's one column shows several of the table's labels in a cell.

    wanted: the sample's columns after its id. Blanks between always so many labels are names in order, as
    MAP@k takes them.
    """
    if len(wanted) != 1:
        return False
    shown, labels = [cell for cell in next(iter(wanted.values())) if cell], set(cells)
    for mark in MARKS:
        words = [[word.strip() for word in cell.split(mark) if word.strip()] for cell in shown]
        if any(len(some) > 1 for some in words) and all(labels.issuperset(some) for some in words):
            return mark != " " or len({len(some) for some in words}) > 1
    return False


def hot_answers(sheet: Sheet, hot: list[str]) -> list[str]:
    """The labels of each row: the columns of 0 and 1 that are 1 there."""
    refuse_marked(hot)
    rows, blank = zip(*(sheet.columns[name] for name in hot), strict=True), blank_rows(sheet, hot)
    return [
        "" if i in blank else joined([n for n, cell in zip(hot, row, strict=True) if truth(cell) == "1"], hot)
        for i, row in enumerate(rows)
    ]


def blank_rows(sheet: Sheet, columns: list[str]) -> set[int]:
    """Rows of which nothing is said: empty in all these columns, where the other rows are filled in all."""
    filled = [sum(map(bool, row)) for row in zip(*(sheet.columns[name] for name in columns), strict=True)]
    return {i for i, count in enumerate(filled) if not count} if set(filled) == {0, len(columns)} else set()


def number_answers(sheet: Sheet, columns: list[str]) -> list[str]:
    """The numbers of each row as an answer; empty where a cell of the row is."""
    rows = list(zip(*(sheet.columns[name] for name in columns), strict=True))
    return [measured(map(float, row)) if all(row) else "" for row in rows]


def classes_of(labels: ShippedLabels, subset: dict[str, str]) -> Classes:
    """The columns of label sets or numbers, and each answer of a training image as itself.

    Raises UserError where all training images have the same.
    """
    used = {label for path, label in labels.of.items() if subset.get(path) in ("train", "validation")}
    if len(used) < 2:
        raise UserError(f"{labels.source}: all training images have the same labels ({', '.join(used)}).")
    why = {"multi": "several labels an image", "number": "measured numbers"}[labels.task]
    return Classes(list(labels.columns), None, why, {answer: answer for answer in used})


def answers_of(classes: Classes, given: dict[str, str], task: str) -> list[str]:
    """The answers of training images in order: by number where they are numbers, else by name, none first.

    given: image_id -> answer.
    """
    used = {label for name, label in given.items() if not name.startswith("test/")}
    if task == "number":
        return sorted(used, key=lambda answer: [float(part) for part in answer.split(SEPARATOR)])
    if task == "multi":
        return sorted(used, key=lambda answer: (answer != NONE, answer))
    return list(classes.names)


def graded(classes: Classes, column: str, metric: str | None) -> Finding | None:
    """Why classes are ordered grades: the metric or the label's column says so; None where nothing does."""
    numbers = classes.integers or []
    steps = len(numbers) >= FEWEST_GRADES and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if not steps:
        return None
    if metric == "quadratic_kappa":
        return Finding(what="task", found="ordinal: ordered grades", why="the metric is quadratic kappa")
    if metric is None and GRADED.search(column):
        why = f"assumed: the label's column is named {column} and holds {numbers[0]} to {numbers[-1]}"
        return Finding(what="task", found="ordinal: ordered grades", why=why, warning=True)
    return None


def task_of(
    labels: ShippedLabels, classes: Classes, metric: str | None, named: Name | None
) -> tuple[Name, list[Finding]]:
    """The labels' task, and what is found where classes are grades. metric: as params or the page name it;
    named: the task as params do."""
    judged = canonical(metric) if metric else None
    grades = None if named else graded(classes, labels.label_column, judged)
    if labels.task == "single" and grades:
        return "ordinal", [grades]
    if labels.task == "single" and judged == "quadratic_kappa" and len(classes.names) >= FEWEST_GRADES:
        text = f"quadratic kappa judges an order, and these are no numbers in a row: {_as_taken(classes)}"
        why = "assumed: write them as 0, 1, 2 ... in the tables where another order is meant"
        return labels.task, [Finding(what="task", found=text, why=why, warning=True)]
    return labels.task, []


def _as_taken(classes: Classes) -> str:
    """The classes in the order in which the metric takes them."""
    return f"{', '.join(classes.names[:FIRST])}{' ...' if classes.names[FIRST:] else ''} is taken for it"


def metric_of(metric: str, task: str, classes: int) -> str:
    """Of label sets, mean average precision is that of each label's ranking.

    Raises UserError where the metric judges another task, or two classes and there are more.
    """
    metric = "average_precision" if task == "multi" and metric.startswith("map_at") else metric
    family = FAMILIES[load(task).truth]
    if metric not in family and not metric.startswith("map_at"):
        raise UserError(
            f"competition.metric: {metric} does not judge what was found, the task {task}: name one of "
            f"{', '.join(family)}."
        )
    if metric in ONE_SIDED and classes != TWO:
        raise UserError(
            f"competition.metric: {metric} looks for one class of two, there are {classes}: bring those that "
            "are looked for together in competition.classes."
        )
    return metric


def read_numbers(labels: ShippedLabels, metric: str | None) -> None:
    """Takes labels that are numbers of one column for what they measure, where the metric says so.

    Raises UserError where several columns of whole numbers that repeat may be classes, by the metric.
    """
    cells = labels.classes()
    if labels.task == "number" and len(labels.columns) > 1 and not (metric and canonical(metric) in NUMBERS):
        _refuse_classes_in_columns(labels)
    if labels.columns or metric is None or canonical(metric) not in NUMBERS or not all(map(is_number, cells)):
        return
    labels.task, labels.columns = "number", [labels.label_column or "label"]
    labels.of = {path: measured([float(cell)]) for path, cell in labels.of.items()}


def read_shares(labels: ShippedLabels, metric: str | None) -> list[Finding]:
    """Takes the likeliest class where an image's numbers are shares of one and the metric judges classes."""
    judged = canonical(metric) if metric else ""
    if labels.task != "number" or len(labels.columns) < 2 or judged not in METRICS:
        return []
    rows = {path: [float(part) for part in answer.split(SEPARATOR)] for path, answer in labels.of.items()}
    if not all(min(row) >= 0 and abs(sum(row) - 1) <= ROUNDED for row in rows.values()):
        return []
    labels.of = {path: labels.columns[row.index(max(row))] for path, row in rows.items()}
    unsure = sum(max(row) < SURE for row in rows.values())
    text = f"{labels.source} has shares of classes, of {unsure:,} images none above {SURE}"
    why = (
        f"the likeliest is the class, as {judged} judges classes: what the shares say beside it is not learnt"
    )
    labels.task, labels.columns = "single", []
    return [Finding(what="labels", found=text, why=why, warning=True)]


def _refuse_classes_in_columns(labels: ShippedLabels) -> None:
    rows = [[float(part) for part in answer.split(SEPARATOR)] for answer in labels.of.values()]
    columns = list(zip(*rows, strict=True))
    if all(len(set(column)) * 2 <= len(rows) and all(map(float.is_integer, column)) for column in columns):
        raise UserError(
            f"{labels.source}: {', '.join(labels.columns[:4])} hold whole numbers that repeat, so each "
            "image has several classes, which Podium does not take: set competition.metric to rmse "
            "if they are numbers, or name one in competition.label_column."
        )


def refuse_marked(names: list[str]) -> None:
    """Raises UserError for a label that holds the mark that stands between labels in our tables."""
    for name in names:
        if SEPARATOR in name or name == NONE:
            raise UserError(
                f"the label {name!r} holds {SEPARATOR!r} or is {NONE!r}: rename it in the tables."
            )
