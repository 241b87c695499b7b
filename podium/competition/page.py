"""The metric as the competition's page says it, where a text of that page lies in the download."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from podium.download import letters
from podium.download.raw import Raw
from podium.metrics.names import canonical

FILE = re.compile(
    r"(^|/)(description|overview|evaluation|readme|about|rules|page)[\w -]*\.(md|txt|html?|rst)$", re.I
)
MAX_BYTES = 1 << 21  # of such a text
FIRST = 3000  # letters of the section that are looked at: the metric stands in its first lines
EVALUATION = re.compile(r"^[\W_]*(?:evaluation|metric|scoring|goal and metric)\b[^\n]{0,40}$", re.I | re.M)
SAYS = re.compile(r"evaluat|\bscored?\b|metric|judged|ranked|leaderboard", re.I)
LINKS = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")  # [words](address)
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.I | re.S)
SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")
SHOWN = 160  # letters of the sentence
SPELLINGS = (  # regex -> metric; of several in one place, or within each other, the longest counts
    (r"quadratic[\s-]*(?:ally)?[\s-]*weighted[\s-]*(?:cohen'?s?[\s-]*)?kappa|\bQWK\b"
     r"|kappa[^.\n]{0,40}quadratic", "quadratic_kappa"),
    (r"(?:mean|average)[\s-]*column[\s-]*wise[\s-]*(?:roc[\s-]*)?(?:auc|area)|\bMC[\s-]?AUC\b", "roc_auc"),
    (r"weighted[\s-]*AUC", "weighted_auc"),
    (r"partial[\s-]*(?:area under|AUC)[^.\n]{0,40}|\bpAUC\b", "partial_auc"),
    (r"probabilistic[\s-]*F[\s-]*(?:1|score)?|\bpF1\b", "probabilistic_f1"),
    (r"area under (?:the )?(?:roc|receiver|curve)|roc[\s-]*auc|auc[\s-]*roc|\bauroc\b|\bAUC\b", "roc_auc"),
    (r"(?:mean average precision|\bMAP)\s*(?:@|at)\s*(\d+)|\bMAP@(\d+)", "map_at_{}"),
    (r"(?:mean[\s-]*)?average[\s-]*precision(?:[\s-]*score)?(?!\s*(?:\(?MAP\)?)?\s*(?:@|at\b))"
     r"|area under (?:the )?precision[\s-]*recall|\bAUPRC\b|\bPR[\s-]*AUC\b", "average_precision"),
    (r"multi[\s-]*class[\s-]*(?:log(?:arithmic)?[\s-]*)?loss|log(?:arithmic)?[\s-]*loss|cross[\s-]*entropy",
     "log_loss"),
    (r"macro[\s-]*(?:averaged?[\s-]*)?F[\s-]*(?:1|score|measure)|F1[\s-]*macro|macroF", "f1_macro"),
    (r"\bF[\s-]*1[\s-]*(?:score)?[\s,(-]{1,3}(?:with |using )?micro",
     "f1_micro"),
    (r"\bF[\s-]*1[\s-]*(?:score)?[\s,(-]{1,3}(?:with |using )?weighted"
     r"|weighted average[\s-]*F[\s-]*1",
     "f1_weighted"),
    (r"mean[\s-]*F[\s-]*1?[\s-]*score[^.\n]{0,20}(?:example|sample)"
     r"|F[\s-]*1[^.\n]{0,40}for (?:each|every) image",
     "f1_samples"),
    (r"weighted[\s-]*(?:averaged?[\s-]*)?F[\s-]*(?:1|score)", "f1_weighted"),
    (r"(?:sample|example)[\s-]*(?:wise|based|averaged)?[\s-]*F[\s-]*(?:1|score|measure)",
     "f1_samples"),
    (r"(?:mean[\s-]*)?\(?\bF[\s_{]*2\}?\)?[\s-]*(?:score|measure)", "f2_samples"),
    (r"mean[\s-]*F[\s-]*(?:1[\s-]*)?score|micro[\s-]*(?:averaged?[\s-]*)?F[\s-]*(?:1|score)", "f1_micro"),
    (r"\bF1[\s-]*(?:score|measure)?|\bF-score", "f1_macro"),
    (r"(?:mean[\s-]*column[\s-]*wise[\s-]*)?root[\s-]*mean[\s-]*squared?[\s-]*error|\b(?:MC)?RMSE\b"
     r"|mean[\s-]*squared?[\s-]*error|\bMSE\b", "rmse"),
    (r"mean[\s-]*absolute[\s-]*error|\bMAE\b", "mae"),
    (r"global(?:ly)?[\s-]*(?:weighted[\s-]*)?(?:coefficient of determination|R(?:2|\^2|²)(?!\w))",
     "global_r2"),
    (r"coefficient of determination|\bR(?:2|\^2|²)(?!\w)|\bR[\s-]*squared\b", "r2"),
    (r"(?:balanced|normali[sz]ed)[\s-]*(?:multi[\s-]*class[\s-]*)?accuracy"
     r"|(?:mean|average|averaged)[\s-]*(?:per[\s-]*)?class[\s-]*(?:wise[\s-]*)?(?:accuracy|recall)"
     r"|(?:macro(?:[\s-]*averaged?)?|unweighted average|mean)[\s-]*recall", "balanced_accuracy"),
    (r"(?:categori[sz]ation|classification|top[\s-]*1)?[\s-]*accuracy|(?:classification|top[\s-]*1) error"
     r"|(?:percentage|fraction|share|proportion|number) of (?:[a-z]+ ){0,4}correct"
     r"|misclassification (?:rate|error)",
     "accuracy"),
)  # fmt: skip
UNKNOWN = re.compile(  # told, but not taken
    r"\bdice\b|\bIoU\b|intersection over union|hausdorff|levenshtein|laplace"
    r"|root[\s-]*mean[\s-]*squared?[\s-]*log|\bRMSLE\b|global average precision|hierarchical"
    r"|kullback|\bKL[\s-]div|matthews|\bMCC\b|\bbrier\b|jaccard|\b(?:s?MAPE|MRR)\b|reciprocal rank"
    r"|pearson|spearman",
    re.I,
)


@dataclass(frozen=True)
class PageMetric:
    """What a page says: the registry's name of the metric, and where."""

    metric: str  # "" where it says one that is not known
    source: str  # the file and the sentence


def metric_of_page(raw: Raw) -> PageMetric | None:
    """The metric of the first text that tells one, or None."""
    for name, text in pages(raw):
        found = metric_in(text)
        if found:
            return PageMetric(found[0], f"{name}: “{found[1]}”")
    return None


def pages(raw: Raw) -> Iterator[tuple[str, str]]:
    """(file, text) of each text of the competition's page, the outermost first."""
    names = (name for name in raw.names() if FILE.search(name) and raw.size(name) <= MAX_BYTES)
    for name in sorted(names, key=lambda name: (name.count("/"), name)):
        yield name, letters.read(raw.glance(name)).text


def section_of(text: str) -> str:
    """The section on evaluation without its tags, to the next heading of its level; empty without one."""
    plain = _plain(text)
    start = EVALUATION.search(plain)
    if not start:
        return ""
    level = start[0].lstrip().partition(" ")[0].count("#")
    section = plain[start.end() : start.end() + FIRST]
    return re.split(rf"^#{{1,{level}}} ", section, maxsplit=1, flags=re.M)[0] if level else section


def metric_in(text: str) -> tuple[str, str] | None:
    """(metric, sentence) of a page's text: what its section on evaluation says first."""
    text = _camel(_plain(text))
    section = EVALUATION.search(text)
    starts = [section.start()] if section else [hit.start() for hit in SAYS.finditer(text)]
    for start in starts:
        part = text[start : start + (FIRST if section else SHOWN)]
        found = _first(part)
        if found:
            metric, at = found
            return metric, _sentence(part, at)
    return None


def _first(part: str) -> tuple[str, int] | None:
    """(metric, where) of the spelling that stands first; of several at one place the longest."""
    hits = []
    for pattern, name in SPELLINGS:
        if hit := re.search(pattern, part, re.I):
            groups = [group for group in hit.groups() if group]
            text = hit[0]
            lead = len(text) - len(text.lstrip(" -"))
            hits.append((hit.start() + lead, -len(text), name.format(*groups) if groups else name))
    unknown = UNKNOWN.search(part)
    if unknown and (not hits or unknown.start() <= min(hits)[0]):
        return "", unknown.start()
    if not hits:
        return None
    at, _, name = min(hits)
    return canonical(name), at


def _sentence(part: str, at: int) -> str:
    for hit in SENTENCE.finditer(part):
        if hit.start() <= at < hit.end():
            return " ".join(hit[0].split())[:SHOWN]
    return " ".join(part[at : at + SHOWN].split())


def _plain(text: str) -> str:
    """Without tags and addresses."""
    return re.sub(r"[ \t\r]+", " ", unescape(TAGS.sub(" ", LINKS.sub(r"\1", text))))


def _camel(text: str) -> str:
    """QuadraticWeightedKappa as three words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text)
