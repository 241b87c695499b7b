"""Forms of a submission's values. One file each in podium/forms/kinds, named as competition.form names them.

A form's module holds
    TRUTH: str       the family of tasks that it writes (Task.truth): labels, sets or numbers
    ORDER: float     of a family's forms that a sample shows, the one with the lowest is taken. Only the order
                     counts, between any two numbers there is room
    METRIC: str      what is assumed where nothing names the metric, {top_k} filled in; "" for the task's own
    CLASSES: list    classes of an example
    EXAMPLE: str     a sample of such a competition that shows the form; its first column is the id
    shows(shown) -> bool        whether the sample's columns and cells show it
    read(shown) -> FormFound    how. Both raise UserError where what is shown cannot be meant
    cells(competition, values (n, k), digits)   (n, columns) of text; ties go to the lowest class
    fault(competition, cells) -> str   what a server would refuse in one row's cells: "is no class"; else ""
A new file is a new form: it is found where nothing names it, and tests/forms/test_every_form.py holds it to
all that is said here. A bundle carries it: it imports what a notebook has, so no contracts and no pydantic.
"""

from typing import TYPE_CHECKING, Any, Protocol

from podium.foundation.plugins import Plugins

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from podium.contracts.competition import Competition
    from podium.forms.rounding import Cells
    from podium.forms.shown import FormFound, Shown

FORMS = Plugins("podium.forms.kinds")
names = FORMS.names


class Form(Protocol):
    """A form's module."""

    TRUTH: str
    ORDER: float
    METRIC: str
    EXAMPLE: str
    CLASSES: list[str]

    @staticmethod
    def shows(shown: "Shown") -> bool:
        """Whether the sample shows it."""

    @staticmethod
    def read(shown: "Shown") -> "FormFound":
        """How the sample shows it. Raises UserError where it cannot be meant."""

    @staticmethod
    def cells(competition: "Competition", values: "NDArray[np.float64]", digits: int) -> "Cells":
        """What is written for predictions (n, k): (n, columns) of text."""

    @staticmethod
    def fault(competition: "Competition", cells: list[str]) -> str:
        """What a server would refuse in one row's cells; empty where nothing is wrong."""


def load(name: str) -> Form:
    """The form of that name, one of `names()`."""
    module: Any = FORMS.load(name)
    form: Form = module
    return form


def of(truth: str) -> list[str]:
    """The names of the forms that write such answers, in the order in which a sample is asked."""
    forms = {name: load(name) for name in names()}
    mine = [name for name, form in forms.items() if truth == form.TRUTH]
    return sorted(mine, key=lambda name: (forms[name].ORDER, name))


def usual_metric(name: str, top_k: int) -> str:
    """What is assumed where nothing names the metric; empty for the task's own."""
    return load(name).METRIC.format(top_k=top_k)
