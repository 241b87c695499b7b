"""The tasks by name."""

from podium.tasks.kinds import multi, number, ordinal, single
from podium.tasks.task import Task

TASKS: dict[str, Task] = {kind.TASK.name: kind.TASK for kind in (single, multi, ordinal, number)}


def load(name: str) -> Task:
    """The task of that name, one of competition.json's choices."""
    return TASKS[name]
