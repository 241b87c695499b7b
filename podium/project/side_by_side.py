"""Folds trained at the same time by one `dvc repro` each; DVC's locks are waited for."""

import os
import subprocess
import sys
import threading
from queue import Empty, Queue

from podium.foundation.errors import UserError

Place = dict[str, str]  # a place to train: what it adds to the environment
POLL_SECONDS = 0.2


def places(gpus: str, jobs: str) -> list[Place]:
    """One place a GPU, or as many as `jobs` on the CPU. Raises UserError for what is neither."""
    named = [part.strip() for part in gpus.split(",") if part.strip()]
    if not all(part.isdigit() for part in named) or len(set(named)) != len(named):
        raise UserError(f"GPUS={gpus}: give different numbers of GPUs between commas, such as GPUS=0,1.")
    if named:
        return [{"CUDA_VISIBLE_DEVICES": part} for part in named]
    if not jobs.isdigit() or int(jobs) < 1:
        raise UserError(f"JOBS={jobs}: give how many folds train at once, such as JOBS=2.")
    return [{} for _ in range(int(jobs))]


def warn(at: list[Place], threads: int) -> None:
    """Says where the folds would fight for the processor's cores; `threads` is part of the result's bits."""
    cores = os.cpu_count() or 1
    if len(at) * threads > cores and not any(at):
        print(
            f"warning: {len(at)} folds with threads: {threads} each share {cores} cores: set threads to "
            f"{max(1, cores // len(at))} in params.yaml (and keep it there: it is part of the results' bits)"
        )


def train(folds: list[int], at: list[Place]) -> None:
    """Trains every fold, each on the next free place. Raises UserError naming the folds that failed.

    An interrupt ends all of them, and waits until each has saved its state.
    """
    waiting: Queue[int] = Queue()
    for fold in folds:
        waiting.put(fold)
    running: list[subprocess.Popen[bytes]] = []
    failed: list[int] = []

    def work(place: Place) -> None:
        while not failed:
            try:
                fold = waiting.get_nowait()
            except Empty:
                return
            process = _start([f"train@{fold}"], place, single=True)
            running.append(process)
            if process.wait() != 0:
                failed.append(fold)

    workers = [threading.Thread(target=work, args=(place,), daemon=True) for place in at]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers):
            for worker in workers:
                worker.join(POLL_SECONDS)
    except KeyboardInterrupt:
        failed.extend(folds)  # no worker takes another
        _end(running)
        raise
    if failed:
        raise UserError(
            f"fold {', '.join(map(str, sorted(failed)))} did not train: its sentence stands above; mend it "
            "and run `make train` again: what is done stays done."
        )


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    """Asks for the end of what still runs and waits for it; a second interrupt is obeyed at once."""
    for process in running:
        process.terminate()
    for process in running:
        process.wait()


def reproduce(stages: list[str], place: Place) -> None:
    """Brings stages and what they need up to date. Raises UserError where DVC fails."""
    if _start(stages, place, single=False).wait() != 0:
        raise UserError(f"the stages before train failed ({', '.join(stages)}): their sentence stands above.")


def _start(stages: list[str], place: Place, *, single: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", *(["-s"] if single else []), *stages]
    return subprocess.Popen(command, env=os.environ | place)
