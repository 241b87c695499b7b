"""Scores a submission as a competition's server would: `score_submission SUBMISSION SOLUTION`."""

import sys
from pathlib import Path

from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.submission import scoring


def main() -> None:
    if len(sys.argv) != 3:
        raise UserError("give two files: python -m stages.score_submission submission.csv solution.csv.")
    submission, solution = (scoring.read(Path(name)) for name in sys.argv[1:])
    print(scoring.score(submission, solution).sentence())


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was scored")
