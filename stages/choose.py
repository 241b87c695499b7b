"""make choose: which two runs to select at Kaggle as final submissions."""

from podium.experiments import earlier
from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.foundation.git import is_full
from podium.kaggle import ledger
from podium.project import choosing, experiments, standing
from podium.project.choosing import FinalCandidate


def main() -> None:
    """Ranks what was uploaded; where nothing was, every experiment and the last commit."""
    uploaded = [row for row in ledger.rows() if is_full(row.revision) and row.status != "error"]
    public = {row.revision: row.public for row in uploaded}
    names = {row.revision: row.experiment or row.message for row in uploaded} or _all()
    found = [
        FinalCandidate(name, run, public.get(revision))
        for revision, name in names.items()
        if (run := earlier.read(revision)) is not None
    ]
    if not found and not uploaded:
        raise UserError(f"there is no run to choose from: {standing.without_baseline()}.")
    print("\n".join(choosing.lines(choosing.choose(found))))
    if not uploaded:
        print("nothing of this folder was uploaded yet: chosen among all experiments and the last commit")


def _all() -> dict[str, str]:
    head = earlier.baseline()
    here = {one.revision: one.name for one in experiments.named()}
    return here | ({head: "the last commit"} if head else {})


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was changed; run it again")
