"""The page: its parts in order, put into one HTML file that needs nothing beside it."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from podium.report import layers, parts, provenance, trust, uploads
from podium.report.blocks import Part, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams

TEMPLATE = Path(__file__).with_name("page.html")

PARTS: tuple[Callable[[Evidence, ReportParams], Part], ...] = (
    parts.warnings,
    parts.scores,
    uploads.leaderboard,
    parts.curves,
    parts.confusions,
    parts.classes,
    parts.mistakes,
    parts.tests,
    trust.labels,
    trust.shift,
    provenance.competition,
    provenance.counts,
    provenance.copies,
    provenance.batch,
    provenance.network,
    layers.layers,
    provenance.stages,
    provenance.parameters,
)


def render(run: Evidence, params: ReportParams) -> str:
    """The page's HTML: a pure function of the run. Names from the data are escaped, never markup."""
    made = [part(run, params) for part in PARTS]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        name=run.competition.name,
        model=run.cards[0].model if run.cards else "",
        metrics=run.metrics,
        tiles=_tiles(run),
        parts=[part for part in made if part.blocks],
    )


def _tiles(run: Evidence) -> list[tuple[str, str, str]]:
    """(value, what it is, beside it) of the headline."""
    m = run.metrics
    tiles = [(number(m["cv"]), f"{m['metric']}, out-of-fold", _interval(run))] if "cv" in m else []
    if "accuracy" in m and m.get("metric") != "accuracy":
        tiles.append((number(m["accuracy"]), "accuracy, out-of-fold", ""))
    tiles.append((str(len(run.ids)), "images scored", f"{len(run.competition.classes)} classes"))
    tested = int((run.images["subset"] == "test").sum())
    tiles.append((str(tested), "test images submitted", f"{len(run.cards)} networks"))
    return tiles


def _interval(run: Evidence) -> str:
    low, high = run.metrics.get("cv_low"), run.metrics.get("cv_high")
    return f"95 %: {number(low)} to {number(high)}" if low is not None else ""
