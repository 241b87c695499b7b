"""make rehearse: the notebook's script, run here without network, and what its hidden set will take."""

import os
from pathlib import Path

from podium.competition import hidden
from podium.competition.params import CompetitionParams
from podium.contracts import competition, folds
from podium.download.meta import read_meta
from podium.foundation import run
from podium.foundation.entry import loading
from podium.foundation.entry import run as run_stage
from podium.foundation.errors import UserError
from podium.foundation.lock import load
from podium.foundation.run import cores
from podium.metrics import registry
from podium.project import standing
from podium.vote.members import asked
from podium.vote.preparing import published

IMAGES, HIDDEN = 500, 100_000  # run here, and estimated


def main() -> None:
    """Runs export/notebook's script twice and prints what it found."""
    standing.by_the_run("rehearse")
    count, total = _number("IMAGES", IMAGES), _number("HIDDEN", HIDDEN)
    shipped, params, found = load(CompetitionParams), asked(), competition.read()
    with loading():
        from podium.export import members, rehearsal, sealed
        from podium.export.expected import LearntVote
        from podium.export.making import read_table

    ready = published(params, found, folds.FOLDS.read(folds.PATH))
    raw = hidden.opened(download := Path(shipped.path).expanduser(), shipped, read_meta(download))
    voting = LearntVote(ready, read_table(), registry.of(found), load(run.Seed).seed)
    told = rehearsal.rehearse(voting, members.sources(params, ready.pool.names), raw, count)
    hours = told.hours(total)
    print(
        f"rehearsal: {sealed.no_network()[1]}; input read-only.\n"
        f"  {told.first.rows} rows of the sample in {told.sample.seconds:.1f} s, as in "
        "reports/submission.csv\n"
        f"  {told.images:,} training images as a hidden test set in {told.hidden.seconds:.1f} s, as the "
        f"same folds' networks vote (largest difference {told.second.apart:.1e})\n"
        f"  {told.per_second:.1f} images a second on {cores()} processors, at most "
        f"{max(told.sample.megabytes, told.hidden.megabytes):,.0f} MB\n"
        f"  {total:,} hidden images take {hours:.1f} hours on this machine; a notebook usually may take "
        f"{rehearsal.HOURS:.0f}" + ("" if hours < rehearsal.HOURS else ": TOO LONG, unless a GPU is faster")
    )


def _number(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdigit() or text == "0":
        raise UserError(f"{name}: give a number of images, such as {name}={usual}; found {text!r}.")
    return int(text)


if __name__ == "__main__":
    run_stage(main, interrupted="interrupted: nothing was changed; make rehearse starts anew")
