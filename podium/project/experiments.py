"""All experiments in one table: what changed, the score, and whether it differs from the baseline's."""

from dataclasses import dataclass
from typing import Any

from podium.contracts import competition
from podium.experiments import earlier
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.foundation import git
from podium.foundation.errors import UserError
from podium.foundation.params import changed
from podium.metrics import registry
from podium.project.names import OF_A_COMMIT

BASELINE = "baseline"
REFS = ("for-each-ref", "--sort=-committerdate", "refs/exps")
FORMAT = "--format=%(objectname) %(committerdate:format:%Y-%m-%d %H:%M) %(parent) %(refname)"


@dataclass(frozen=True)
class Named:
    """An experiment's name and commit, when it ended, and the commit that it started from."""

    name: str
    revision: str
    date: str
    parent: str


@dataclass(frozen=True)
class ExperimentRow:
    """One line of the table."""

    named: Named
    run: Earlier | None  # None: its artifacts are not to be had
    changed: list[str]  # key=value, against the run that it started from
    ahead: Difference | None  # its score less the baseline's
    whole: bool  # all folds of its split, and not the probes alone

    @property
    def minutes(self) -> str:
        """Of the stages that ran for it."""
        taken = self.run.details.get("minutes") if self.run else None
        return f"{taken:.1f}" if isinstance(taken, float | int) else ""


def named() -> list[Named]:
    """All experiments here, newest first. Raises UserError outside a Git repository."""
    done = git.ask(*REFS, FORMAT)
    if done.returncode:
        raise UserError(
            "this folder is no Git repository, which experiments need: run `git init` and commit."
        )
    parts = [line.split() for line in done.stdout.splitlines() if OF_A_COMMIT.match(line.split()[-1])]
    return [
        Named(ref.rpartition("/")[2], sha, f"{day} {hour}", parent)
        for sha, day, hour, parent, *_, ref in parts
    ]


def rows() -> list[ExperimentRow]:
    """The experiments, newest first, then the baseline: the last commit."""
    head = earlier.baseline()
    base = earlier.read(head) if head else None
    found = [_row(one, base) for one in named()]
    if head and base:
        found.append(ExperimentRow(Named(BASELINE, head, _date(head), ""), base, [], None, whole(base)))
    return found


def _row(one: Named, base: Earlier | None) -> ExperimentRow:
    run = earlier.read(one.revision)
    if run is None:
        return ExperimentRow(one, None, [], None, False)
    return ExperimentRow(one, run, changed(_params(one, base), run.params), _ahead(run, base), whole(run))


def _params(one: Named, base: Earlier | None) -> dict[str, Any]:
    """The parameters that the experiment started from."""
    if base and base.revision == one.parent:
        return base.params
    return earlier.params_of(one.parent)


def _ahead(run: Earlier, base: Earlier | None) -> Difference | None:
    if base is None or run.metrics.get("metric") != base.metrics.get("metric"):
        return None
    name = str(run.metrics["metric"])
    metric = registry.suited(name, run.competition) if run.competition else registry.get(name)
    return earlier.difference(metric, run.split, run.classes, (run.ids, run.oof), base)


def whole(run: Earlier) -> bool:
    """Whether all folds of its split were scored, by a run of more than probes."""
    return scored(run) and run.params.get("effort") != "probe"


def scored(run: Earlier) -> bool:
    """Whether all folds of its split were scored, by whatever voted."""
    folds = {int(fold) for fold in run.split["fold"] if fold >= 0}
    ran = {int(fold) for fold in str(run.metrics.get("folds", "")).split(",") if fold}
    return folds <= ran


def score(row: ExperimentRow) -> tuple[str, str]:
    """The score, which a partial run marks as such, and its interval."""
    if row.run is None:
        return "not here", ""
    m = row.run.metrics
    text = f"{float(m['cv']):.4f}" + ("" if row.whole else " first look")
    return text, f"({float(m['cv_low']):.4f} to {float(m['cv_high']):.4f})" if "cv_low" in m else ""


def competition_name() -> str:
    """What the table is about."""
    return competition.read().name if competition.PATH.exists() else "experiments"


def _date(revision: str) -> str:
    return git.answer("show", "-s", "--format=%cd", "--date=format:%Y-%m-%d %H:%M", revision).strip()
