"""What each class, label or number counts in the metric: as params say, or plainly the competition's page."""

import re
from collections.abc import Mapping, Sequence

from podium.competition.page import pages, section_of
from podium.contracts.competition import Finding
from podium.download.raw import Raw
from podium.foundation.errors import UserError
from podium.metrics.registry import FAMILIES
from podium.tasks.registry import load

SHOWN = 6  # names in a sentence
NUMBER = r"(\d+(?:\.\d+)?|\.\d+)(?![\d.]*\w)(?!\.\d)"
MARKS = r"""["'`*_]{0,3}"""  # around a name
VERB = (
    r"(?:(?:is|are|has|have|gets?|carries|receives?) (?:a |the )?weight(?:ed|s)?(?: of| by| as| with)?"
    r"|counts?(?: for)?)"
)
TIMES = {"double": 2.0, "twice": 2.0, "two times": 2.0, "triple": 3.0, "thrice": 3.0, "three times": 3.0}
WEIGHED = re.compile(r"\bweight(?:s|ed|ing)?\b", re.I)
OTHER_WEIGHTS = re.compile(  # metrics that are named so, and weights of other things
    r"(?:quadratic(?:ally)?|parts|equal(?:ly)?|same|un)[\s-]*weight\w*|weight\w*[\s-]*(?:equal|kappa|AUC|F[\s-]*1|F[\s-]*score)\w*"
    r"|weight\w* (?:file|average precision)\w*|(?:model|pretrained|network)\w* weights",
    re.I,
)


def weights_of(
    raw: Raw, named: Mapping[str, float], classes: Sequence[str], metric: str, task: str
) -> tuple[list[float], list[Finding]]:
    """(what each class counts, or nothing where all count alike; findings). named: as params say.

    Raises UserError where params name no class, or the metric has no weights.
    """
    family = FAMILIES[load(task).truth]
    able = metric in family and family[metric].weighable
    if named:
        _refuse(named, classes, metric, [name for name, one in family.items() if one.weighable], able)
        return _taken(named, classes, "competition.weights")
    if not able:
        return [], []
    for name, text in pages(raw):
        section = section_of(text)
        found = weights_in(section, classes)
        if found:
            return _taken(found, classes, name)
        hit = WEIGHED.search(OTHER_WEIGHTS.sub(" ", section))
        if hit:
            text = "the page speaks of weights, and what each counts is not read: all count alike"
            return [], [Finding(what="weights", found=text, why=f"{name}: set competition.weights, such as "
                                f"{{{classes[0]}: 2}}", warning=True)]  # fmt: skip
    return [], []


def weights_in(section: str, classes: Sequence[str]) -> dict[str, float]:
    """What a page's section on evaluation says plainly: a number after each of the classes, or sentences
    such as `the any label counts twice`; else nothing."""
    if not WEIGHED.search(section) and not any(word in section for word in TIMES):
        return {}
    listed = {name: _listed(section, name) for name in classes}
    found = {name: number for name, number in listed.items() if number is not None}
    if len(found) < len(classes):
        found = {name: number for name in classes if (number := _told(section, name)) is not None}
    return found if any(number != 1 for number in found.values()) and min(found.values()) > 0 else {}


def _listed(section: str, name: str) -> float | None:
    """The number behind the name, with at most a mark between: a line of a list or a table's row."""
    hits = re.findall(rf"(?<![\w-]){MARKS}{re.escape(name)}{MARKS}\s*[:=|,(-]?\s*{NUMBER}", section)
    return float(hits[0]) if len({float(hit) for hit in hits}) == 1 else None


def _told(section: str, name: str) -> float | None:
    """The number that a sentence about the name says: has a weight of 2, counts double."""
    words = "|".join(map(re.escape, TIMES))
    subject = rf"(?<![\w-]){MARKS}{re.escape(name)}{MARKS}(?: (?:label|column|class|target|row|category)s?)?"
    number = rf"(?:{NUMBER}(?: times)?|({words}))"
    hit = re.search(rf"{subject} {VERB}:? ?{number}", section, re.I)
    if not hit:
        return None
    return float(hit[1]) if hit[1] else TIMES[hit[2].lower()]


def _taken(
    found: Mapping[str, float], classes: Sequence[str], source: str
) -> tuple[list[float], list[Finding]]:
    weights = [float(found.get(name, 1)) for name in classes]
    shown = ", ".join(f"{name} {number:g}" for name, number in list(found.items())[:SHOWN])
    rest = "; all others 1" if len(found) < len(classes) else ""
    text = f"counting in the metric: {shown}{' ...' if len(found) > SHOWN else ''}{rest}"
    return weights, [Finding(what="weights", found=text, why=source)]


def _refuse(
    named: Mapping[str, float], classes: Sequence[str], metric: str, able: list[str], may: bool
) -> None:
    strange = [name for name in named if name not in classes]
    if strange:
        raise UserError(
            f"competition.weights: {strange[0]!r} is none of what is predicted ({', '.join(classes[:SHOWN])}"
            f"{' ...' if classes[SHOWN:] else ''}): name one of them."
        )
    if not may:
        raise UserError(
            f"competition.weights: the metric {metric} has no weights: take them out, or set "
            f"competition.metric to one of {', '.join(able)}."
        )
