"""What a sample shows of its values, and what a form reads there."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from podium.forms.classes import Classes
from podium.forms.spellings import columns_to_classes
from podium.foundation.errors import UserError

if TYPE_CHECKING:
    from podium.download.tables import Sheet


class Note(NamedTuple):
    """What is to be told of a form: what was found, and why."""

    found: str
    why: str
    warning: bool = False


@dataclass(frozen=True)
class Shown:
    """A sample's columns of values, and what is known of the labels that they are to hold."""

    sheet: "Sheet"  # in plain letters
    columns: list[str]  # at least one
    classes: Classes
    metric: str | None = None  # of the registry
    wants: str = ""  # what that metric judges: labels, probs or ranks; empty where none is known
    mark: str = " "  # between the labels of the training table's cells
    may_be_empty: bool = False  # whether a training image has no label

    @property
    def cells(self) -> list[str]:
        """Of the first column, those that are not empty, nor what programs write for an empty one."""
        empty = {"", "nan", "null"} - {label.casefold() for label in self.classes.of}
        return [cell for cell in self.sheet.columns[self.columns[0]] if cell.casefold() not in empty]

    @property
    def takes_chances(self) -> bool:
        """Whether the metric judges probabilities or ranks, to which a decision alone would be a loss."""
        return self.wants in ("probs", "ranks")

    def only_column(self, form: str) -> str:
        """The one column of values. Raises UserError where there are several."""
        if len(self.columns) > 1:
            raise UserError(
                f"competition.form: {form} needs one value column, {self.sheet.name} has {len(self.columns)}."
            )
        return self.columns[0]


@dataclass
class FormFound:
    """The form of the submission's values, with what competition.json says of it, and what is to be told."""

    form: str
    columns: list[str]
    values: list[str] = field(default_factory=list)  # what is written for each class
    column_classes: list[int] = field(default_factory=list)  # the class of each column
    top_k: int = 1
    separator: str = " "
    may_be_empty: bool = False
    notes: list[Note] = field(default_factory=list)


def label_columns(shown: Shown, form: str, content: str) -> FormFound:
    """A form with a column a label. Raises UserError where columns name no labels."""
    at, why = columns_to_classes(shown.sheet, shown.columns, shown.classes)
    note = Note(f"{content} in each of {len(shown.columns)} label columns", why)
    return FormFound(form, shown.columns, column_classes=at, notes=[note])


def some(names: list[str]) -> str:
    """The first few names of a sentence."""
    return ", ".join(names[:4]) + (" ..." if len(names) > 4 else "")
