"""A submission's form where no sample was shipped: as the labels were."""

from podium.competition.forms import takes_chances
from podium.competition.labels import ShippedLabels
from podium.download.tables import cell
from podium.forms.classes import Classes, integer
from podium.forms.shown import FormFound, Note
from podium.tasks.answers import NONE

SHOWN = 5  # columns in a finding


def built(
    classes: Classes, labels: ShippedLabels, ids: list[str], metric: str | None
) -> tuple[FormFound, str, str]:
    """(form, id column, the sample's text): a row for each of the test images' `ids`."""
    form = _of_targets(classes, labels) if labels.columns else _of_classes(classes, labels, metric)
    id_column = labels.id_column or "id"
    blank = [form.values[0] if form.values else "0"] * len(form.columns)
    rows = [[id_column, *form.columns], *([name, *blank] for name in ids)]
    text = "".join(",".join(map(cell, row)) + "\n" for row in rows)
    shown = ", ".join(form.columns[:SHOWN]) + (" ..." if form.columns[SHOWN:] else "")
    found = f"columns {id_column} and {shown}, form {form.form}"
    why = "assumed: there is no sample submission, so it was built from the test images"
    form.notes.append(Note(found, why, warning=True))
    return form, id_column, text


def _of_classes(classes: Classes, labels: ShippedLabels, metric: str | None) -> FormFound:
    column = labels.label_column if labels.label_column and " .. " not in labels.label_column else "label"
    if takes_chances(metric):
        if len(classes.names) == 2 and classes.integers == [0, 1]:
            return FormFound("binary", [column], column_classes=[1])
        return FormFound("probabilities", classes.names, column_classes=list(range(len(classes.names))))
    integers = [str(value) for value in classes.integers or []]
    if integers and all(integer(label) is not None for label in labels.classes()):
        return FormFound("integer", [column], integers)
    return FormFound("label", [column], classes.names)


def _of_targets(classes: Classes, labels: ShippedLabels) -> FormFound:
    columns = list(range(len(classes.names)))
    if labels.task == "number":
        return FormFound("numbers", classes.names, column_classes=columns)
    if " .. " in labels.label_column:
        return FormFound("chances", classes.names, column_classes=columns)
    form = FormFound("sets", [labels.label_column or "labels"], classes.names)
    form.separator, form.may_be_empty = labels.mark, NONE in labels.classes()
    return form
