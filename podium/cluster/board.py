"""The progress of all tasks in one place: bars on a terminal, lines in a log."""

import re
import sys
import time
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

EPOCH = re.compile(r"fold \d+: epoch (\d+) of (\d+), (.*)")
WIDTH = 60  # letters of a task's last words


class Board:
    """What each task is about. Without a terminal: a line for what a stage says, its task in front."""

    def __init__(self, names: list[str], console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.names, self.bars = names, dict[str, TaskID]()
        self.shows = self.console.is_terminal
        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(), console=self.console,
        )  # fmt: skip
        self.done, self.began = 0, time.monotonic()

    def __enter__(self) -> "Board":
        if self.shows:
            self.progress.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.progress.stop()

    def hear(self, event: dict[str, Any]) -> None:
        """One line of a stage's, or what its worker is about (`name`, `worker`, `line`, `state`)."""
        name, said = event["name"], event["line"] or event["state"]
        if not self.shows:
            if event["line"]:
                self._print(f"{name} | {said}")
            return
        bar = self._bar(name)
        epoch = EPOCH.search(said)
        if epoch:
            self.progress.update(bar, completed=int(epoch[1]), total=int(epoch[2]))
        self.progress.update(bar, said=f"{event['worker']}: {(epoch[3] if epoch else said)[:WIDTH]}")

    def end(self, name: str, state: str, where: str, seconds: float) -> None:
        """A task has ended."""
        self.done += 1
        self._print(
            f"{name}: {state} after {seconds:.0f} s{f' on {where}' if where else ''} ({self._left()})"
        )
        if self.shows and name in self.bars:
            self.progress.remove_task(self.bars.pop(name))

    def _left(self) -> str:
        rest = len(self.names) - self.done
        if not rest:
            return f"all {self.done}"
        seconds = (time.monotonic() - self.began) / self.done * rest
        return f"{self.done} of {len(self.names)}, about {seconds / 60:.0f} min left"

    def _bar(self, name: str) -> TaskID:
        if name not in self.bars:
            self.bars[name] = self.progress.add_task(name, total=None, said="")
        return self.bars[name]

    def _print(self, text: str) -> None:
        self.console.print(text, markup=False)
