"""Class folders of which one is plain and the others are looked for, where the sample has one probability."""

from podium.competition.classes import joined
from podium.competition.forms import takes_chances
from podium.competition.labels import ShippedLabels
from podium.contracts.competition import Finding
from podium.forms.classes import integer, is_number
from podium.forms.spellings import NEGATIVE
from podium.foundation.errors import UserError
from podium.metrics.names import canonical

TWO = 2  # classes that one probability tells apart


def bring_together(labels: ShippedLabels, values: dict[str, list[str]], metric: str | None) -> list[Finding]:
    """Brings all classes but the plain one together, where the metric takes one probability of several.

    values: the sample's columns after its id. Raises UserError where no one class is plain by its name.
    """
    names = labels.classes()
    cells = {cell for cells in values.values() for cell in cells if cell}
    one = len(values) == 1 and all(map(is_number, cells)) and metric is not None
    if not one or labels.columns or len(names) <= TWO or not takes_chances(canonical(metric or "")):
        return []
    if cells & names and any(integer(cell) not in (0, 1) for cell in cells):
        return []  # the sample shows classes
    plain = [name for name in names if NEGATIVE.match(name)]
    if all(integer(name) is not None for name in names) or len(plain) != 1:
        raise UserError(
            f"{labels.source}: there are {len(names):,} classes ({', '.join(sorted(names)[:5])}), but the "
            f"sample has one column, {min(values)}, and {canonical(metric or '')} takes one probability "
            "there: bring the classes that are looked for together in competition.classes, such as "
            "{looked_for: [a, b]}."
        )
    others = sorted(names - set(plain))
    labels.of = joined(labels.of, {f"other than {plain[0]}": others}, labels.source)
    text = f"{', '.join(others[:5])}{' ...' if others[5:] else ''} are one class, other than {plain[0]}"
    why = "assumed: the sample has one probability; competition.classes says otherwise"
    return [Finding(what="classes", found=text, why=why, warning=True)]
