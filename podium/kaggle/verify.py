"""Whether the submission is the one whose scores stand in metrics.json: dvc.lock has the digests of both."""

from pathlib import Path

from podium.contracts.metrics import PATH as METRICS
from podium.contracts.predictions import ENSEMBLE as VOTE
from podium.foundation.errors import UserError
from podium.foundation.lock import PATH as LOCK
from podium.foundation.lock import digest, recorded, stages
from podium.submission.submission import PATH as SUBMISSION

WITHOUT = 'run `dvc repro`, or send it without a CV score: make upload FILE={file} MESSAGE="…".'


def refuse_strangers(lock: Path = LOCK) -> None:
    """Raises UserError unless one recorded run wrote the submission, and metrics.json of the same vote."""
    run = stages(lock)
    written, scored = recorded(run, "submit", "outs", SUBMISSION), recorded(run, "ensemble", "outs", METRICS)
    filled, voted = recorded(run, "submit", "deps", VOTE), recorded(run, "ensemble", "outs", VOTE)
    if "" in (written, scored, filled, voted):
        raise UserError(
            f"{lock} records no whole run, so nothing says that {METRICS} is about {SUBMISSION}: "
            "run `dvc repro`."
        )
    if digest(SUBMISSION) != written:
        raise UserError(
            f"{SUBMISSION} is not the file that the run in {lock} wrote (edited since, or another run's), so "
            f"the CV score in {METRICS} is not its own: {WITHOUT.format(file=SUBMISSION)}"
        )
    if filled != voted:
        raise UserError(
            f"{SUBMISSION} was filled from an earlier vote than the one that {METRICS} scores: "
            f"{WITHOUT.format(file=SUBMISSION)}"
        )
    if digest(METRICS) != scored:
        raise UserError(
            f"{METRICS} is not the file that the run in {lock} wrote (edited since, or another run's), so "
            f"its CV score is not that of {SUBMISSION}: run `dvc repro`."
        )
