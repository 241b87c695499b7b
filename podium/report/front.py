"""The first screen: how good the run is, whether that can be trusted, what to do next."""

from dataclasses import dataclass

import numpy as np

from podium.contracts import metrics
from podium.foundation import times
from podium.metrics import intervals, registry
from podium.report import advice, figures, search, verdict
from podium.report.advice import Idea
from podium.report.blocks import number
from podium.report.evidence import Evidence
from podium.report.verdict import Point

Line = tuple[str, list[float], tuple[float, float, float]]  # name, folds' scores, (score, low, high)


@dataclass(frozen=True)
class Front:
    """What the template puts above everything else."""

    score: str
    metric: str
    stamp: str  # what keeps the score from being the whole run's; empty: nothing
    lines: list[str]
    drawn: str  # SVG: folds, interval, the probe and the baseline beside it
    verdict: str
    points: list[Point]
    ideas: list[Idea]


def front(run: Evidence) -> Front:
    """All three answers."""
    found = verdict.points(run)
    return Front(
        score=number(run.metrics["cv"]) if "cv" in run.metrics else "none",
        metric=f"{run.metrics.get('metric', '')}, on images that the networks had not seen",
        stamp=_stamp(run),
        lines=_lines(run),
        drawn=figures.strip(_rows(run), run.competition.metric.replace("_", " ")),
        verdict=verdict.headline(found),
        points=found,
        ideas=advice.ideas(run),
    )


def _stamp(run: Evidence) -> str:
    """What keeps the score from being that of the whole of this run."""
    part = metrics.partial(run.metrics) or ("" if verdict.whole(run) else "partial run")
    if part:
        return f"{part}; not to be compared with whole runs"
    return (
        "a vote of other runs, without this one's own predictions" if metrics.of_others(run.metrics) else ""
    )


def _lines(run: Evidence) -> list[str]:
    m, tested = run.metrics, int((run.images["subset"] == "test").sum())
    lines = []
    if m.get("cv_low") is not None:
        lines.append(f"95 % interval: {number(m['cv_low'])} to {number(m['cv_high'])}")
    if "accuracy" in m and m.get("metric") != "accuracy":
        lines.append(f"accuracy {number(m['accuracy'])}")
    lines.append(
        f"{len(run.ids)} {run.unit} scored, {len(run.competition.classes)} classes, {tested} test images"
    )
    if run.taken:
        lines.append(f"{times.minutes(run.taken):.1f} minutes of work")
    if run.earlier and run.ahead and not run.ahead.low == run.ahead.high == 0:
        lines.append(f"to the baseline {run.earlier.revision[:7]}: {run.ahead.text()}")
    return lines


def _rows(run: Evidence) -> list[Line]:
    metric = registry.of(run.competition)
    own = _line("this run", run, run.oof, _groups(run))
    alone = not run.cards and len(run.voters.get("members", [])) == 1  # the run is the probe
    rows = [own, *([probe] if not alone and (probe := _probe(run)) else [])]
    if run.earlier is not None and run.earlier.metrics.get("metric") == metric.name:
        known = run.earlier.metrics
        score, low, high = (float(known.get(name, known["cv"])) for name in ("cv", "cv_low", "cv_high"))
        rows.append(("baseline", [], (score, low, high)))
    return rows


def _line(name: str, run: Evidence, probs: np.ndarray, groups: np.ndarray) -> Line:
    metric = registry.of(run.competition)
    found = intervals.interval(metric, run.labels, probs, groups)
    return (
        name,
        intervals.by_fold(metric, run.labels, probs, run.fold_of),
        (found.score, found.low, found.high),
    )


def _probe(run: Evidence) -> Line | None:
    """The linear classifier on frozen features: what the trained network must beat."""
    probs = search.best_probe(run)
    if probs is not None:
        return _line("linear probe", run, probs, _groups(run))
    score = verdict.fact(run, "probe_accuracy")
    if score is None or run.competition.metric != "accuracy":
        return None
    return "linear probe", [], (float(score), float(score), float(score))


def _groups(run: Evidence) -> np.ndarray:
    return run.folds.set_index("image_id")["group"].reindex(run.ids).to_numpy(str)
