"""How a competition judges: its metric, what each column counts in it, and the class of the unknown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from podium.competition import targets
from podium.competition.params import CompetitionParams
from podium.competition.weights import weights_of
from podium.contracts.competition import Finding
from podium.download.meta import Meta
from podium.download.raw import Raw
from podium.forms import registry as forms
from podium.forms.shown import FormFound
from podium.foundation.errors import UserError
from podium.metrics.names import canonical
from podium.tasks.registry import load

UNKNOWN = re.compile(  # how competitions call the class of what is none of the others
    r"(new|unknown|unseen|novel|other)[_ -]?"
    r"(whale|individual|class|id|identity|species|animal|label|landmark|person|hotel|turtle|item)s?"
    r"|unknown|unseen",
    re.IGNORECASE,
)
SHOWN = 4  # names in a sentence


@dataclass(frozen=True)
class Judgement:
    """What competition.json says of it, and the findings that tell."""

    metric: str
    weights: list[float]
    unknown: str
    findings: list[Finding]


def judged(
    raw: Raw, params: CompetitionParams, meta: Meta, paged: bool, form: FormFound, task: str,
    classes: Sequence[str],
) -> Judgement:  # fmt: skip
    """The metric and what goes with it; paged: whether nothing but the page's text names the metric.

    Raises UserError where params name what does not suit the task or its classes.
    """
    metric, findings = _metric(params, meta, paged, form, task, len(classes))
    weights, weighed = weights_of(raw, params.weights, classes, metric, task)
    unknown, told = _unknown(params.unknown, classes, metric, task)
    return Judgement(metric, weights, unknown, [*findings, *weighed, *told])


def _metric(
    params: CompetitionParams, meta: Meta, paged: bool, form: FormFound, task: str, classes: int
) -> tuple[str, list[Finding]]:
    """The metric as params, Kaggle or the page say; what the page alone says must suit."""
    told, findings = params.metric or meta.metric, []
    try:
        metric = targets.metric_of(canonical(told), task, classes) if told else None
    except UserError as error:
        if params.metric or not paged:
            raise
        metric = None
        why = str(error).removeprefix("competition.metric: ").rstrip(".")
        found = f"what the page says is not taken: {why}"
        findings.append(Finding(what="metric", found=found, why=meta.source, warning=True))
    if metric:
        why = "competition.metric" if params.metric else meta.source
        return metric, [*findings, Finding(what="metric", found=metric, why=why)]
    metric = forms.usual_metric(form.form, form.top_k) or load(task).metric
    why = "assumed from the form: set competition.metric to change it"
    return metric, [*findings, Finding(what="metric", found=metric, why=why, warning=True)]


def _unknown(named: str | None, classes: Sequence[str], metric: str, task: str) -> tuple[str, list[Finding]]:
    """The class that stands for what is none of the others, under a metric of several names in order."""
    if named is not None and named not in classes:
        some = ", ".join(classes[:SHOWN]) + (" ..." if classes[SHOWN:] else "")
        raise UserError(
            f"competition.unknown: no training image has the label {named!r} ({some} are the classes): where "
            "it stands among an image's names is learnt from such images, so name a class that has some."
        )
    if not metric.startswith("map_at") or task != "single":
        if named is not None:
            raise UserError(
                f"competition.unknown: {named} is placed among several names in order, and the metric "
                f"{metric} takes none: take it out."
            )
        return "", []
    hits = [name for name in classes if UNKNOWN.fullmatch(name)]
    name = named or (hits[0] if len(hits) == 1 else "")
    why = "competition.unknown" if named else "by its name: competition.unknown says otherwise"
    text = f"{name} stands for what is none of the others: it is placed by a threshold where that pays"
    return name, [Finding(what="unknown", found=text, why=why)] if name else []
