"""One set of tasks over a cluster: handed out, listened to, ended."""

import contextlib
import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import cloudpickle

from podium.cluster import job, worker
from podium.cluster.board import Board
from podium.cluster.parcel import Parcel
from podium.cluster.worker import DONE, FAILED, FOLD, INTERRUPTED, SKIPPED

POLL_SECONDS = 0.3
RETRIES = 3  # workers that may die under a task before it is given up


@dataclass(frozen=True)
class Order:
    """Stages that run one after another in a clone at `commit`, after the orders named in `after`."""

    name: str
    commit: str
    targets: list[str]
    pulls: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    reads: str = ""  # a file whose text goes home
    save: tuple[str, str] | None = None  # an experiment's ref and its base
    alone: bool = False  # goes on where another order failed


@dataclass(frozen=True)
class Outcome:
    """How an order ended: `state` is done, failed, interrupted or skipped."""

    name: str
    state: str
    worker: str = ""
    seconds: float = 0.0
    lock: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""
    tail: list[str] = field(default_factory=list)
    read: str = ""
    experiment: bytes = b""
    began: float = 0.0


Heard = Callable[[Outcome], Iterable[Order]]


def drive(client: Any, parcel: Parcel, orders: list[Order], heard: Heard | None = None) -> dict[str, Outcome]:
    """Runs the orders on the client's workers; each one's outcome by its name.

    `heard` is told each outcome as it comes, and may give more orders. A dead worker's order goes to another.
    An interrupt ends what runs, waits until it has saved its state, and goes on up.
    """
    for module in (job, worker):
        cloudpickle.register_pickle_by_value(module)
    client.register_plugin(worker.Workshop(parcel.run, parcel.project), name=parcel.run)
    try:
        return _Drive(client, parcel.run, orders, heard).to_the_end()
    finally:
        with contextlib.suppress(KeyError):  # a worker that has just come in a dead one's place has none yet
            client.unregister_worker_plugin(parcel.run)


class _Drive:
    def __init__(self, client: Any, run: str, orders: list[Order], heard: Heard | None) -> None:
        from distributed import Event

        self.client, self.run, self.heard = client, run, heard
        self.stop = Event(f"{run}-stop", client=client)
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.futures: dict[str, Any] = {}
        self.alone: dict[str, bool] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.orders = orders

    def to_the_end(self) -> dict[str, Outcome]:
        self.client.subscribe_topic(self.run, lambda event: self.events.put(event[1]))
        with Board([order.name for order in self.orders]) as board:
            self.submit(self.orders)
            try:
                while len(self.outcomes) < len(self.futures):
                    self.listen(board)
            except KeyboardInterrupt:
                self.end(board)
                raise
        return self.outcomes

    def submit(self, orders: Iterable[Order]) -> None:
        for order in orders:
            parents = [self.futures[name] for name in order.after]
            self.alone[order.name] = order.alone
            self.futures[order.name] = self.client.submit(
                worker.work, vars(order), self.run, parents, key=f"{order.name} {self.run}", pure=False,
                resources={FOLD: 1}, retries=0,
            )  # fmt: skip

    def listen(self, board: Board) -> None:
        try:
            board.hear(self.events.get(timeout=POLL_SECONDS))
        except queue.Empty:
            self.client.run_on_scheduler(worker.wake)
        self.drain(board)
        for name, future in list(self.futures.items()):
            if name not in self.outcomes and future.done():
                self.take(name, future, board)

    def take(self, name: str, future: Any, board: Board) -> None:
        """Keeps how it ended; after a failure nothing new begins, but for what stands alone."""
        outcome = _outcome(name, future)
        self.outcomes[name] = outcome
        board.end(name, outcome.state, outcome.worker, outcome.seconds)
        if outcome.state == FAILED and not self.alone[name]:
            self.stop.set()
        more = list(self.heard(outcome)) if self.heard else []
        board.names.extend(order.name for order in more)
        self.submit(more)

    def drain(self, board: Board) -> None:
        while not self.events.empty():
            board.hear(self.events.get())

    def end(self, board: Board) -> None:
        """Nothing new, and what runs saves its state. A second interrupt is obeyed at once."""
        self.stop.set()
        self.client.run(worker.end, self.run, on_error="ignore")
        self.drain(board)
        for name, future in self.futures.items():
            if name not in self.outcomes and future.done():
                self.take(name, future, board)
        self.client.cancel(list(self.futures.values()), force=True)


def _outcome(name: str, future: Any) -> Outcome:
    """What the worker answered, or Dask in its stead."""
    from distributed.scheduler import KilledWorker

    if future.status == "finished":
        return Outcome(**future.result())
    if future.status == "cancelled":
        return Outcome(name, INTERRUPTED)
    error = future.exception()
    if isinstance(error, KilledWorker):
        words = f"{RETRIES} workers died under it, memory or disk may have run out: see their logs"
        return Outcome(name, FAILED, sentence=f"error: {words}")
    return Outcome(name, FAILED, sentence=f"error: {error!r}")


def sentences(outcomes: Iterable[Outcome]) -> str:
    """What failed: where, the log's last lines, the stage's own sentence; and what was not begun."""
    told = []
    for outcome in outcomes:
        if outcome.state == FAILED:
            where = f" on {outcome.worker}" if outcome.worker else ""
            told += [f"{outcome.name}{where} failed; the last lines of its log:", *outcome.tail]
            told += [outcome.sentence.removeprefix("error: ")]
    skipped = [outcome.name for outcome in outcomes if outcome.state == SKIPPED]
    if skipped:
        told.append(f"not begun: {', '.join(skipped)}")
    return "\n".join(told)


def failed(outcomes: dict[str, Outcome]) -> list[str]:
    """The names of those that did not end well."""
    return [name for name, outcome in outcomes.items() if outcome.state != DONE]
