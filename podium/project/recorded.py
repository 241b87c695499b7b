"""Is the experiment there? DVC's exit code alone does not say it."""

from collections.abc import Callable

from podium.foundation.errors import UserError
from podium.project import repository
from podium.project.names import experiments


def believe(run: Callable[[], object]) -> str:
    """Runs what makes one experiment; the experiment's revision. Raises UserError where none was recorded."""
    repository.check()
    repository.check_commits()
    before = experiments()
    run()
    new = [revision for ref, revision in experiments().items() if before.get(ref) != revision]
    if not new:
        raise UserError(
            "`dvc exp run` ended well and recorded no experiment: look with `dvc exp list`, and at "
            "`git status` for what keeps Git from committing; the workspace has the results."
        )
    return new[-1]
