"""Evidence that contradicts the choice: a table that looks like the labels, whose ids name no image."""

from podium.competition.foreign import BOOKS
from podium.competition.id_forms import hint
from podium.competition.label_columns import (
    LABEL_WORDS,
    NO_LABELS,
    is_group,
    is_split,
    shown_words,
)
from podium.competition.labels import ShippedLabels
from podium.competition.roles import file_role
from podium.competition.sample import is_sample
from podium.competition.sheets import Sheets
from podium.contracts.competition import Finding
from podium.download.tables import Sheet
from podium.forms.classes import integer
from podium.foundation.errors import UserError

MANY = 0.2  # rows an image from which a table is about the images and no list of classes


def tell_unused(sheets: Sheets, labels: ShippedLabels, wanted: dict[str, list[str]]) -> list[Finding]:
    """Warnings about tables that could have been the labels, where `labels` come from folders or names.

    wanted: the sample's columns after its id. Raises UserError where such a table has labels of its own, that
    the folders do not say: nobody wants hospitals as classes while train.csv lies there unread.
    """
    findings = [
        Finding(what="labels", found=f"{name} may hold the labels, and is no text table", warning=True,
                why=f"{labels.found} were taken: save it as CSV where it is wanted")
        for name in sheets.raw.names()
        if name.lower().endswith(BOOKS) and _is_meant(name) and name not in labels.of
    ]  # fmt: skip
    for sheet in [*sheets.others(), *sheets.lists]:
        column, sure = _label_column(sheet, wanted, labels.classes())
        if column is None or is_sample(sheet.name) or file_role(sheet.name) == "test":
            continue
        values = {cell for cell in sheet.plain().columns[column] if cell}
        if len(sheet.lines) < max(len(labels.classes()) + 1, MANY * len(labels.of)) or len(values) < 2:
            continue
        told = (
            f"{sheet.name} has a column {column}, but its ids, such as {_example(sheet, column)!r}, are no "
            f"names of images, such as {min(labels.of)}{hint(_example(sheet, column))}"
        )
        if not sure or values <= labels.classes():
            findings.append(Finding(what="labels", found=told, why="left unused", warning=True))
            continue
        raise UserError(
            f"{told}; {labels.found} would be taken instead "
            f"({', '.join(sorted(labels.classes())[:3])}): mend the ids, or say competition.labels: "
            f"{labels.source} if those are the classes."
        )
    return findings


def _label_column(sheet: Sheet, wanted: dict[str, list[str]], known: set[str]) -> tuple[str | None, bool]:
    """(the column that looks like labels, whether it surely is).

    Surely: named as the sample's, holding words of the sample that are none of the classes `known`, or by
    its own and the table's name. Else any column of a table so named whose values repeat as classes do.
    """
    asked = {name.casefold() for name in wanted}
    has = [name for name in sheet.header if name.casefold() in asked]
    if has and len(has) == len(asked):
        return has[0], True
    shown = {word for word in shown_words(wanted) - known if integer(word) is None}
    named = _is_meant(sheet.name)
    for name in sheet.header:
        if named and name.lower().replace(" ", "_") in LABEL_WORDS:
            return name, True
        if shown and shown <= set(sheet.plain().columns[name]) and _repeats_as_classes(sheet, name):
            return name, True
    others = [name for name in sheet.header if named and _repeats_as_classes(sheet, name)]
    return (others[0], False) if others else (None, False)


def _repeats_as_classes(sheet: Sheet, name: str) -> bool:
    cells = sheet.columns[name]
    told = is_group(name) or is_split(name) or name.lower() in NO_LABELS
    return not told and 2 <= len(set(cells)) <= len(cells) / 2


def _is_meant(name: str) -> bool:
    """Whether a table is the training labels by its name."""
    return file_role(name) == "train" or "label" in name.rpartition("/")[2].lower()


def _example(sheet: Sheet, column: str) -> str:
    others = [name for name in sheet.header if name != column] or [column]
    return next((cell for cell in sheet.columns[others[0]] if cell), "")
