"""The last words of a run: the score, what changed, how it stands to the baseline, where the page is."""

import os
from pathlib import Path

from podium.contracts import competition, folds, metrics, predictions
from podium.experiments import earlier
from podium.foundation.params import changed
from podium.foundation.params import read as read_params
from podium.metrics import registry
from podium.project import standing
from podium.project.names import shortened

RESULTS = (
    ("submission", Path("reports/submission.csv")),
    ("metrics", metrics.PATH),
    ("report", Path("reports/index.html")),
)
MOST = 6  # changes named
WIDTH = 12  # of a line's first word


def last() -> None:
    """Prints the lines at the end of a run; `make submission` prints them itself, also where nothing ran."""
    if not standing.told_later():
        print("", *lines(), sep="\n")


def lines() -> list[str]:
    """Where the results are, and the cross-validation score with its 95 % interval."""
    found = metrics.read()
    places = [_line(name, str(path)) for name, path in RESULTS if path.exists()]
    score = f"{_four(found['cv'])} {found['metric']}"
    if "cv_low" in found and "cv_high" in found:
        score += f" (95 %: {_four(found['cv_low'])} to {_four(found['cv_high'])})"
    return [
        *places,
        *_against_the_baseline(),
        _line("CV score", f"{score}, {found['n']} {metrics.unit(found)}, folds {found['folds']}"),
        *_cautions(found),
    ]


def _cautions(found: dict[str, float | int | str]) -> list[str]:
    """What keeps the score from being that of the whole of this run."""
    said = []
    if part := metrics.partial(found):
        said.append(_line("not whole", f"{part}: a first look, not to be compared with whole runs"))
    if metrics.of_others(found):
        said.append(_line("others'", "this run's own predictions do not vote (ensemble.own: false)"))
    return said


def _against_the_baseline() -> list[str]:
    """What differs from the run that this one started from, and whether the score does."""
    revision = earlier.baseline()
    before = earlier.read(revision) if revision else None
    params = before.params if before else earlier.params_of(revision) if revision else {}
    if not revision or not params:
        return []
    new = changed(params, read_params())
    told = shortened(", ".join(new[:MOST])) + (f" and {len(new) - MOST} more" if len(new) > MOST else "")
    said = [_line("changed", f"{told or 'no parameter'}, since {revision[:7]}")]
    if before is None:  # the commit holds parameters, and no finished run to compare with
        return [*said, *_first()]
    found = competition.read()
    classes = found.classes
    ours = predictions.read(predictions.ENSEMBLE / "oof.parquet", len(classes), found.task)
    split = folds.FOLDS.read(folds.PATH)
    metric = registry.of(found)
    ahead = earlier.difference(metric, split, classes, ours, before)
    if ahead and not new and ahead.word == "the same":
        return [_line("baseline", f"commit {revision[:7]}, with the same parameters and score")]
    return [*said, _line("to baseline", ahead.text())] if ahead else said


def _first() -> list[str]:
    """How the first run becomes what later ones are compared with; an experiment is kept already."""
    if "DVC_EXP_BASELINE_REV" in os.environ:
        return []
    return [_line("baseline", f"none yet; `{standing.keeping()}` makes this run it")]


def _line(name: str, text: str) -> str:
    return f"{name:<{WIDTH}}{text}"


def _four(value: float | int | str) -> str:
    return f"{float(value):.4f}"
