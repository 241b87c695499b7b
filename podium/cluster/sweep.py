"""make sweep: many experiments as one set of tasks, each recorded as a DVC experiment under its name."""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podium.cluster import graph, machines, parcel
from podium.cluster.driving import Order, Outcome, drive, sentences
from podium.cluster.plan import PlannedRun, Sweep, text
from podium.cluster.worker import DONE
from podium.foundation.errors import UserError
from podium.foundation.git import ask, demand
from podium.foundation.params import PATH
from podium.foundation.run import Folds
from podium.metrics import registry
from podium.project.dvc_file import strings
from podium.project.foreground import dvc

DECIDES = ("podium", "stages", "dvc.yaml", PATH.name, "data/corrections.csv", "data/folds.csv")
OWN_NETWORKS = Path("podium/networks/own")


@dataclass(frozen=True)
class Where:
    """CLUSTER=, GPUS= and JOBS=."""

    cluster: str
    gpus: str
    jobs: str


def run(plan: Sweep, folds: Folds, where: Where) -> str:
    """Runs what is not recorded yet; one sentence of what became of it.

    Raises UserError at the end where an experiment failed; the others are recorded all the same.
    """
    machines.options(where.cluster)
    machines.places(where.gpus, where.jobs)
    base = demand("rev-parse", "HEAD").strip()
    wishes = [wish for wish in plan.wishes if not recorded(wish, base)]
    there = len(plan.wishes) - len(wishes)
    said = f"{there} of {len(plan.wishes)} experiments were recorded before; " if there else ""
    if not wishes:
        return said + "nothing is left to run"
    if plan.halving and len(folds.folds) > 1:
        stay = _halved(plan.wishes, folds, base, where)
        wishes = [wish for wish in wishes if wish.name in stay]
    outcomes = over(wishes, base, where, keep=True) if wishes else {}
    ended = [wish.name for wish in wishes if _last(outcomes, wish.name)]
    if len(ended) < len(wishes):
        raise UserError(
            f"{sentences(outcomes.values())}\n{len(ended)} of {len(wishes)} experiments ended and are "
            "recorded; mend what failed and run the same again."
        )
    return f"{said}{len(ended)} ran: `make experiments` shows them"


def recorded(wish: PlannedRun, base: str) -> bool:
    """Whether the experiment stands under its name with these params, this code and the user's own files."""
    there = reference(wish.name, base)
    if ask("rev-parse", "--verify", "--quiet", there).returncode:
        return False
    commit = parcel.carried({PATH.name: wish.params})
    return ask("diff", "--quiet", there, commit, "--", *DECIDES).returncode == 0


def reference(name: str, base: str) -> str:
    """Where DVC keeps an experiment of that name on that commit."""
    return f"refs/exps/{base[:2]}/{base[2:]}/{name}"


def over(wishes: list[PlannedRun], base: str, where: Where, *, keep: bool) -> dict[str, Outcome]:
    """The experiments over the cluster; with `keep` each is recorded as soon as it ends."""
    own = {path.stem for path in OWN_NETWORKS.glob("*.py")}
    experiments = [
        graph.experiment(
            wish.name, parcel.carried({PATH.name: wish.params}), wish.params,
            words=" ".join(sorted(strings(_values(wish)) & own)),
        )
        for wish in wishes
    ]  # fmt: skip
    mine = graph.orders(experiments)
    orders = [o for one in wishes for o in graph.finishing(mine[one.name], reference(one.name, base), base)]
    with parcel.packed([one.commit for one in experiments]) as packed:
        if where.cluster and packed.remote:
            dvc("push", "--quiet", *sources())
        with machines.opened(where.cluster, where.gpus, where.jobs, len(orders)) as client:
            print(
                f"{len(wishes)} experiments, {len(orders)} tasks; Dask's dashboard: {client.dashboard_link}"
            )
            return drive(client, packed, orders, record if keep else None)


def sources() -> list[str]:
    """What no stage makes and workers read: the competition's zip."""
    from dvc.repo import Repo

    with Repo() as repo:
        return sorted(str(stage.addressing) for stage in repo.index.stages if not stage.cmd)


def record(outcome: Outcome) -> list[Order]:
    """Takes an ended experiment into this repository; nothing more is ordered."""
    if outcome.experiment:
        with tempfile.NamedTemporaryFile(suffix=".bundle") as file:
            file.write(outcome.experiment)
            file.flush()
            demand("fetch", "--quiet", "--no-tags", file.name, "+refs/exps/*:refs/exps/*")
    return []


def _halved(wishes: list[PlannedRun], folds: Folds, base: str, where: Where) -> list[str]:
    """Names within their interval of the best on the first fold; the others are recorded with it alone.

    What an earlier run did of this comes out of DVC's run cache.
    """
    first = folds.folds[0]
    short = [replace(w, params=text([*w.settings, f"folds=[{first}]"])) for w in wishes]
    waiting = [wish for wish, one in zip(wishes, short, strict=True) if not recorded(one, base)]
    outcomes = over(short, base, where, keep=False)
    scores = {w.name: json.loads(o.read) for w in wishes if (o := _last(outcomes, w.name)) is not None}
    if not scores:
        raise UserError(f"{sentences(outcomes.values())}\nno experiment ended on fold {first}.")
    stay = within_reach(scores)
    for wish in waiting:
        if wish.name in scores and wish.name not in stay:
            record(_demanded(outcomes, wish.name))
            print(f"{wish.name}: behind on fold {first}, its other folds are not trained")
    print(f"fold {first}: {len(stay)} of {len(wishes)} experiments are within reach of the best")
    return stay


def within_reach(scores: dict[str, dict[str, Any]]) -> list[str]:
    """The names whose interval reaches the best score (`metric`, `cv`, `cv_low`, `cv_high`), as they came."""
    metric = registry.get(str(next(iter(scores.values()))["metric"]))
    best = max(metric.goodness(float(one["cv"])) for one in scores.values())
    end = "cv_high" if metric.greater_is_better else "cv_low"
    return [name for name, one in scores.items() if metric.goodness(float(one.get(end, one["cv"]))) >= best]


def _last(outcomes: dict[str, Outcome], name: str) -> Outcome | None:
    """The outcome that holds the experiment, where it ended well."""
    mine = [
        o for o in outcomes.values() if o.name.startswith(f"{name}: ") and o.state == DONE and o.experiment
    ]
    return mine[0] if mine else None


def _demanded(outcomes: dict[str, Outcome], name: str) -> Outcome:
    found = _last(outcomes, name)
    assert found is not None
    return found


def _values(wish: PlannedRun) -> Any:
    import yaml

    return yaml.safe_load(wish.params)
