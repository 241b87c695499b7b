"""The page: its parts in order, put into one HTML file that needs nothing beside it."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from podium.report import front, landscape, layers, parts, provenance, search, targets, trust, uploads
from podium.report.blocks import Part
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.tasks.task import Truth

TEMPLATE = Path(__file__).with_name("page.html")
STYLE = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name(
    "page.js"
)  # filter and zoom; the page allows it by its digest, and no other

PARTS: tuple[Callable[[Evidence, ReportParams], Part], ...] = (
    parts.warnings,
    parts.scores,
    uploads.leaderboard,
    parts.confusions,
    parts.mistakes,
    parts.classes,
    parts.curves,
    landscape.landscape,
    trust.labels,
    parts.tests,
    trust.duplicates,
    trust.shift,
    search.search,
    provenance.competition,
    provenance.stages,
    provenance.counts,
    provenance.batch,
    provenance.copies,
    provenance.network,
    layers.layers,
    provenance.minutes,
    provenance.parameters,
)


WITHOUT = {parts.confusions, parts.classes, parts.mistakes, landscape.landscape, parts.tests,
           provenance.counts, provenance.copies, layers.layers}  # fmt: skip
BY_TRUTH: dict[Truth, tuple[Callable[[Evidence, ReportParams], Part], ...]] = {
    "labels": PARTS,
    "sets": (
        targets.columns,
        targets.mistakes,
        targets.tests,
        *(part for part in PARTS if part not in WITHOUT),
    ),
    "numbers": (
        targets.columns,
        targets.mistakes,
        targets.tests,
        *(part for part in PARTS if part not in WITHOUT),
    ),
}


def render(run: Evidence, params: ReportParams) -> str:
    """The page's HTML: a pure function of the run. Names from the data are escaped, never markup."""
    made = [part(run, params) for part in BY_TRUTH[run.competition.kind.truth]]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    script = SCRIPT.read_text(encoding="utf-8")
    return template.render(
        name=run.competition.name,
        model=run.cards[0].model if run.cards else "",
        front=front.front(run),
        parts=[part for part in made if part.blocks],
        style=STYLE.read_text(encoding="utf-8"),
        script=script,
        allowed=allowed(script),
    )


def allowed(script: str) -> str:
    """The digest by which a page's own policy lets this script run, and no other."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
