"""Where the work goes: this machine, a Dask scheduler that runs, or a batch system by dask-jobqueue.

CLUSTER= is an address (tcp://first:8786), a batch system's name, or a YAML file with `kind:` and the words
that Dask's class of that name takes. Empty: this machine, a worker a GPU or a job.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from podium.cluster.worker import FOLD, shared
from podium.foundation.errors import UserError
from podium.foundation.params import nearest

ADDRESSES = ("tcp://", "tls://", "ws://", "wss://")
# Batch systems of dask-jobqueue's, by its class. Tried: slurm. The others are those classes' business alone.
JOBS_OF = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "lsf": "LSFCluster", "sge": "SGECluster"}
KINDS = (*JOBS_OF, "kubernetes")
# What a job asks for where neither the file nor Dask's own configuration says it.
ASKED = {"cores": 1, "processes": 1, "memory": "4GB"}
DASHBOARD = "127.0.0.1:0"  # of this machine's own scheduler: any free port, loopback alone
WAIT_SECONDS = 60  # for an address to answer
# A terminal's Ctrl-C reaches this machine's workers too: the driver ends them, when their stages have saved.
DEAF = "import signal; signal.signal(signal.SIGINT, lambda *_: None)"


def places(gpus: str, jobs: str) -> list[dict[str, str]]:
    """One place a GPU, or as many as `jobs` on the CPU: what each adds to the environment.

    Raises UserError for what is neither.
    """
    named = [part.strip() for part in gpus.split(",") if part.strip()]
    if not all(part.isdigit() for part in named) or len(set(named)) != len(named):
        raise UserError(f"GPUS={gpus}: give different numbers of GPUs between commas, such as GPUS=0,1.")
    if named:
        return shared(named)
    if not jobs.isdigit() or int(jobs) < 1:
        raise UserError(f"JOBS={jobs}: give how many folds train at once, such as JOBS=2.")
    return [{} for _ in range(int(jobs))]


def options(cluster: str) -> dict[str, Any]:
    """What CLUSTER= means: `address`, or `kind` with Dask's words for it; empty for this machine.

    Raises UserError for what is none of them.
    """
    if not cluster:
        return {}
    if cluster.startswith(ADDRESSES):
        return {"address": cluster}
    if cluster in KINDS:
        return {"kind": cluster}
    path = Path(cluster).expanduser()
    if not path.is_file():
        raise UserError(
            f"CLUSTER={cluster}: give a scheduler's address (tcp://host:8786), {', '.join(KINDS)}, or a YAML "
            f"file with `kind: slurm` and its words{nearest(cluster, list(KINDS))}; without CLUSTER= all "
            "runs on this machine."
        )
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {' '.join(str(error).split())[:200]}.") from None
    kind = found.get("kind") if isinstance(found, dict) else None
    if kind not in KINDS:
        raise UserError(f"{path}: kind is {kind!r}: give one of {', '.join(KINDS)}.")
    return dict(found)


@contextmanager
def opened(cluster: str, gpus: str, jobs: str, most: int) -> Iterator[Any]:
    """Dask's client of the cluster, with at most `most` workers where it starts them itself.

    Raises UserError where it does not answer.
    """
    given = options(cluster)
    import dask
    from distributed import Client

    dask.config.set({"distributed.logging": {"distributed": "error"}})
    if "address" in given:
        try:
            client = Client(given["address"], timeout=WAIT_SECONDS, set_as_default=False)
        except OSError as error:
            raise UserError(
                f"CLUSTER={cluster} does not answer ({error}): start `dask scheduler` there."
            ) from None
        with client:
            yield client
        return
    made = _batch(given, jobs, most) if given else _here(places(gpus, jobs)[:most])
    with made, Client(made, set_as_default=False) as client:
        yield client


def _here(at: list[dict[str, str]]) -> Any:
    """Workers on this machine, one a place, each a process with one thread."""
    from distributed import Nanny, Scheduler, SpecCluster

    scratch = str(Path(os.environ.get("TMPDIR", "/tmp")) / f"podium-dask-{os.getuid()}")
    workers = {
        i: {
            "cls": Nanny,
            "options": {
                "nthreads": 1, "host": "127.0.0.1", "memory_limit": 0, "env": place, "dashboard": False,
                "resources": {FOLD: 1}, "local_directory": scratch, "silence_logs": "CRITICAL",
                "preload": [DEAF],
            },
        }
        for i, place in enumerate(at)
    }  # fmt: skip
    scheduler = {"cls": Scheduler, "options": {"host": "127.0.0.1", "dashboard_address": DASHBOARD}}
    return SpecCluster(workers=workers, scheduler=scheduler, silence_logs="CRITICAL")


def _batch(given: dict[str, Any], jobs: str, most: int) -> Any:
    """As many of a batch system's jobs as `jobs` says, or one a task."""
    import dask

    kind = given.pop("kind")
    made = _class_of(kind)
    if kind in JOBS_OF:
        known = dask.config.get(f"jobqueue.{kind}", {})
        given = {key: value for key, value in ASKED.items() if not known.get(key)} | given
    try:
        cluster = made(**given)
    except (TypeError, ValueError) as error:
        raise UserError(f"CLUSTER: {kind} does not take what it was given: {error}.") from None
    asked = int(jobs) if jobs.isdigit() and int(jobs) > 1 else most
    cluster.scale(jobs=asked) if kind in JOBS_OF else cluster.scale(asked)
    return cluster


def _class_of(kind: str) -> Any:
    """Dask's class of a batch system."""
    if kind in JOBS_OF:
        ours = signal.getsignal(signal.SIGINT)
        import dask_jobqueue

        signal.signal(
            signal.SIGINT, ours
        )  # its import takes Ctrl-C for itself, and would exit at once with 0
        return getattr(dask_jobqueue, JOBS_OF[kind])
    try:
        from dask_kubernetes.operator import KubeCluster
    except ImportError:
        raise UserError("CLUSTER=kubernetes needs dask-kubernetes: install it with pip.") from None
    return KubeCluster
