"""make train: the folds and refits as tasks, on this machine or over a cluster; the project has them then."""

import os
from functools import partial
from pathlib import Path

from podium.cluster import machines, parcel
from podium.cluster.driving import Order, Outcome, drive, failed, sentences
from podium.cluster.worker import DONE
from podium.foundation.errors import UserError
from podium.foundation.run import cores
from podium.project.foreground import dvc

REFIT = "refit"  # the stage of networks that learn from every fold


def train(folds: list[int], refits: bool, cluster: str, gpus: str, jobs: str, threads: int) -> None:
    """Trains every fold that is not there yet; refits, if any, are one more task.

    Raises UserError with the failing stage's own sentence. An interrupt ends all, waits until each has
    saved its state, and keeps what ended.
    """
    machines.options(cluster)
    at = machines.places(gpus, jobs)
    if not cluster:
        warn(at, threads)
    wanted = [*(f"train@{fold}" for fold in folds), *([REFIT] if refits else [])]
    reproduce(needed(wanted))
    missing = stale(wanted)
    if not missing:
        return
    tell_of(parcel.uncommitted())
    commit = parcel.carried()
    with parcel.packed([commit]) as packed:
        if cluster and packed.remote:
            dvc("push", "--quiet", "--run-cache", *needed(wanted))
        pulls = inputs(missing)
        orders = [Order(name.replace("train@", "fold "), commit, [name], pulls) for name in missing]
        with machines.opened(cluster, gpus, jobs, len(orders)) as client:
            print(f"{_counted(missing)} to train; Dask's dashboard: {client.dashboard_link}", flush=True)
            ended: list[str] = []
            try:
                outcomes = drive(client, packed, orders, partial(_keep, ended))
            finally:
                restore(ended, bool(cluster) and packed.remote)
    if failed(outcomes):
        raise UserError(
            f"{sentences(outcomes.values())}\nmend it and run `make train` again: what is done stays done."
        )


def _counted(stages: list[str]) -> str:
    """How many folds, and the refits."""
    n = len(stages) - (REFIT in stages)
    return " and ".join([*([f"{n} folds"] if n else []), *(["the refits"] if REFIT in stages else [])])


def _keep(ended: list[str], outcome: Outcome) -> list[Order]:
    """Notes the stage that ended well; nothing more is ordered."""
    if outcome.state == DONE:
        ended.append(outcome.name.replace("fold ", "train@"))
    return []


def warn(at: list[dict[str, str]], threads: int) -> None:
    """Says where the folds would fight for the processor's cores; `threads` is part of the result's bits."""
    here = cores()
    if len(at) * threads > here and not any(at) and len(at) > 1:
        print(
            f"warning: {len(at)} folds with threads: {threads} each share {here} cores: set threads to "
            f"{max(1, here // len(at))} in params.yaml (and keep it there: it is part of the results' bits)"
        )


def tell_of(files: list[str]) -> None:
    """Says what goes along though no commit has it."""
    if files:
        few = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        print(f"not committed yet, carried along to each worker: {few}")


def needed(targets: list[str]) -> list[str]:
    """The stages whose artifacts these stages read."""
    from dvc.repo import Repo

    with Repo() as repo:
        wanted = [stage for name in targets for stage in repo.stage.collect(name)]
        graph = repo.index.graph
        before = {above for stage in wanted for above in graph.successors(stage)} - set(wanted)
        return sorted(stage.addressing for stage in before)


def inputs(targets: list[str], root: Path = Path()) -> list[str]:
    """The artifacts in DVC's cache that these stages read and do not make themselves."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        wanted = [stage for name in targets for stage in repo.stage.collect(name)]
        made = [
            out for stage in repo.index.stages if stage not in wanted for out in stage.outs if out.use_cache
        ]
        read = [dep.fs_path for stage in wanted for dep in stage.deps]
        return sorted(
            {os.path.relpath(o.fs_path) for o in made if any(_below(o.fs_path, path) for path in read)}
        )


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def stale(targets: list[str]) -> list[str]:
    """Those of the stages that are not as params and code say."""
    from dvc.repo import Repo

    with Repo() as repo:
        return [name for name in targets if repo.status(targets=[name])]


def restore(targets: list[str], pull: bool) -> None:
    """What workers have made, from DVC's run cache into the project."""
    if targets:
        dvc("repro", "--single-item", *(["--pull"] if pull else []), *targets)


def reproduce(stages: list[str]) -> None:
    """Brings stages and what they need up to date. Raises UserError where DVC fails."""
    dvc("repro", *stages)
