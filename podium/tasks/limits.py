"""What only tasks with one class an image have, refused by name elsewhere."""

from podium.foundation.errors import UserError
from podium.tasks.task import Task


def only_classes(task: Task, what: str, way_out: str) -> None:
    """Raises UserError where the task has not one class an image."""
    if task.truth != "labels":
        raise UserError(
            f"{what} is for one class an image, this competition's task is {task.name}: {way_out}."
        )


def only_one_image_a_row(rows: dict[str, str], what: str, way_out: str) -> None:
    """Raises UserError where rows of the submission have several images (image_id -> row)."""
    if rows:
        raise UserError(
            f"{what} is for one image a row, and rows of this submission have several, {min(rows)!r} is one "
            f"of them: {way_out}."
        )
