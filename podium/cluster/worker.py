"""What runs on a worker: a clone at the driver's commit, DVC's plain commands in it, their words sent home.

This module and job.py import nothing else of ours: Dask carries them by value, so that a worker needs the
requirements and no project. What it returns are plain dicts.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from platformdirs import user_cache_path

from podium.cluster.job import PATIENCE, POLL_SECONDS, Failed, Job, interrupt

FOLD = "fold"  # the resource of which every task takes one
GPU = "GPU"  # the resource that says how many GPUs a worker has, one task each
DONE, FAILED, INTERRUPTED, SKIPPED = "done", "failed", "interrupted", "skipped"


def shared(gpus: list[str]) -> list[dict[str, str]]:
    """What each GPU's task has in its environment: the GPU, and as many of the cores for its workers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    each = str(max(1, cores // max(1, len(gpus))))
    return [{"CUDA_VISIBLE_DEVICES": gpu, "PODIUM_CORES": each} for gpu in gpus]


class Workshop(WorkerPlugin):
    """One worker's share of a run: what all its tasks need, and what it runs at the moment.

    `project`: bundle (every commit of the run), config (.dvc/config.local), repository, cache and token (the
    driver's, where its disk is seen), inside (the project's folder in that repository, "" for the top), key
    (names the clones' folder), environment.
    """

    def __init__(self, run: str, project: dict[str, Any]) -> None:
        self.name, self.project = run, project
        self.running: set[subprocess.Popen[bytes]] = set()
        self.ending = False

    async def setup(self, worker: Worker) -> None:
        """One task at a time, or one a GPU where the worker was started with `--resources GPU=n`."""
        self.worker = worker
        self.room = threading.Lock()
        gpus = int(worker.state.total_resources.get(GPU, 0))
        self.free: list[dict[str, str]] = [{}]
        if gpus > 1:
            self.free = shared([str(i) for i in range(gpus)])
        if FOLD not in worker.state.total_resources:
            await worker.set_resources(**{FOLD: len(self.free)})

    async def teardown(self, worker: Worker) -> None:
        """The worker closes: so do its stages."""
        await self.end()

    async def end(self) -> None:
        """Interrupts what runs and waits until it has saved its state."""
        self.ending = True
        until = time.monotonic() + PATIENCE
        for process in list(self.running):
            interrupt(process)
        while self.running and time.monotonic() < until:
            await asyncio.sleep(POLL_SECONDS)
        for process in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def place(self) -> Iterator[dict[str, str]]:
        """A free GPU's environment; an empty one where there is none to tell apart."""
        with self.room:
            taken = self.free.pop(0) if self.free else {}
        try:
            yield taken
        finally:
            with self.room:
                self.free.append(taken)

    @property
    def shares_disk(self) -> bool:
        """Whether this worker sees the driver's disk, and with it DVC's cache."""
        if os.environ.get("PODIUM_APART"):  # for trying what machines without a common disk do
            return False
        token = Path(self.project["token"])
        with contextlib.suppress(OSError):
            return token.read_text() == self.name
        return False


async def end(run: str, dask_worker: Worker) -> None:
    """For `Client.run`: ends this run's work on one worker."""
    shop: Any = dask_worker.plugins.get(run)
    if shop is not None:
        await shop.end()


async def wake(dask_scheduler: Any) -> None:
    """For `Client.run_on_scheduler`: what waits goes to workers that came later.

    The scheduler looks at such tasks when a worker joins, which has no FOLD yet: its Workshop says it after.
    """
    waiting = [task for task in dask_scheduler.unrunnable if dask_scheduler.valid_workers(task)]
    if waiting:
        waiting.sort(key=lambda task: task.priority, reverse=True)  # the scheduler takes the last first
        dask_scheduler.transitions({task.key: "processing" for task in waiting}, f"wake-{time.time()}")


def work(order: dict[str, Any], run: str, parents: list[dict[str, Any]]) -> dict[str, Any]:
    """Runs the order's stages in a clone of this worker's own.

    `order`: name, commit, pulls (artifacts), targets (stages, in order), reads (a file that goes home), save
    (an experiment's ref, and its base), alone (a failure elsewhere is no reason to stop). The answer: name,
    state, worker, seconds, lock (its stages' entries), sentence, tail, read, experiment (a bundle).
    """
    began = time.monotonic()
    worker = get_worker()
    shop: Any = worker.plugins[run]
    job = Job(order, shop, worker)
    answer = {"name": order["name"], "worker": f"{socket.gethostname()} {worker.name}", "began": time.time()}
    if any(parent["state"] != DONE for parent in parents) or job.stopped():
        return answer | {"state": SKIPPED, "seconds": 0.0}
    try:
        with job.shop.place() as place, clone(job.shop.project["key"]) as (folder, handle):
            found = job.run(folder, handle, place, parents)
        return answer | found | {"state": DONE, "seconds": time.monotonic() - began}
    except Failed as failure:
        state = INTERRUPTED if job.shop.ending or job.cancelled() else FAILED
        told = {"sentence": str(failure), "tail": list(job.tail)}
        return answer | told | {"state": state, "seconds": time.monotonic() - began}


@contextlib.contextmanager
def clone(key: str) -> Iterator[tuple[Path, int]]:
    """A clone's folder that nobody else works in, and the lock's handle, which commands in it inherit.

    So a dead worker's clone is free only when the last command that it started has ended.
    """
    named = os.environ.get("PODIUM_CACHE")
    root = Path(named).expanduser() if named else user_cache_path("podium")
    for number in range(10_000):
        folder = root / "clones" / key / f"{socket.gethostname()}-{number}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            continue
        try:
            yield folder, handle
        finally:
            os.close(handle)
        return
    raise Failed("error: no free clone")
