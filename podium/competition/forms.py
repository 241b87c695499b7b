"""The form of a submission's values: the first of the task's forms that the sample shows."""

from podium.competition.id_columns import value_columns
from podium.competition.labels import ShippedLabels
from podium.download.tables import Sheet
from podium.forms import registry as forms
from podium.forms.classes import Classes
from podium.forms.shown import FormFound, Shown
from podium.foundation.errors import UserError
from podium.metrics.registry import FAMILIES, METRICS
from podium.tasks.answers import NONE
from podium.tasks.registry import load

ASKED = {
    "labels": "one class an image",
    "sets": "several labels an image",
    "numbers": "measured numbers",
}


def form_of(
    sheet: Sheet,
    id_column: str,
    classes: Classes,
    labels: ShippedLabels,
    named: str | None,
    metric: str | None,
) -> FormFound:
    """The form that the sample's columns and cells show. Raises UserError where they fit none of the task."""
    truth = load(labels.task).truth
    able = forms.of(truth)
    if named is not None and named not in able:
        raise UserError(
            f"competition.form: {named} is for {ASKED[forms.load(named).TRUTH]}, the labels are "
            f"{ASKED[truth]}: choose {' or '.join(able)}, or leave it out."
        )
    columns = value_columns(sheet, id_column)
    if not columns:
        raise UserError(f"{sheet.name} has one column only ({id_column}): a sample has an id and a value.")
    wants = FAMILIES[truth][metric].wants if metric in FAMILIES[truth] else ""
    empty = NONE in labels.classes()
    shown = Shown(sheet, columns, classes, metric, wants, labels.mark, empty)
    return forms.load(named or next(name for name in able if forms.load(name).shows(shown))).read(shown)


def takes_chances(metric: str | None) -> bool:
    """Whether a metric of classes judges probabilities or ranks: a decision alone would be a loss."""
    return metric in METRICS and METRICS[metric].wants != "labels"
